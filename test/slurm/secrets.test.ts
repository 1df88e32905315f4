import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import { describe, expect, test } from 'vitest'
import { attemptToken } from '../../packages/local/dist/runners/workers/tokens.js'
import { canRunSlurm, shareCluster } from '../helpers/slurm-cluster.ts'
import { startSlurmPlatform } from '../helpers/slurm-platform.ts'
import { chunks, isRunning, logOf, openLedger, startJob, tasksOf } from '../helpers/slurm-tasks.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor } from '../helpers/wait-for.ts'

describe.skipIf(!canRunSlurm())('secrets of workers', () => {
  const cluster = shareCluster()

  /** The command lines of all processes. */
  async function commandLines(): Promise<string> {
    const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    return (await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')))).join('\n')
  }

  /** A job with two tasks that run until there is a file, and what its workers know. */
  async function open(flags: string[] = []) {
    const [ledger, outside] = [await openLedger(), await temporaryDirectory()]
    const go = join(outside, 'go')
    const platform = await startSlurmPlatform(cluster(), flags)
    await platform.publish('split', chunks(2), { type: 'partitioner' })
    await platform.publish(
      'work',
      `echo "$CHUNK_NUMBER" >>"${ledger.file}"\nenv\nuntil [ -e "${go}" ]; do sleep 0.05; done\necho x >"$TASK_RESULTS_DIR/x"`,
    )
    const id = await startJob(platform, { app: 'work', partitioner: 'split' })
    await isRunning(ledger, 2)
    const file = (await readdir(join(platform.directory, 'workers'))).find((name) => name.includes('-app-')) ?? ''
    const { secret } = JSON.parse((await readFile(join(platform.directory, 'workers', file), 'utf8')).split('\n')[0] ?? '') as {
      secret: string
    }
    const batch = file.replace('.jsonl', '')
    const { origin } = new URL(platform.env['BYTENITE_API_URL'] ?? '')
    const send = async (path: string, token: string, body: string | Buffer<ArrayBuffer> = '{}'): Promise<number> =>
      (await fetch(`${origin}/workers/${path}`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body })).status
    return { platform, id, batch, secret, send, outside }
  }

  test('are nowhere where others can see them', async () => {
    const log = join(await temporaryDirectory(), 'requests')
    const { platform, id, batch, secret } = await open(['--log', log, `--sbatch-args=--output=${cluster().directory}/slurm-%j.out`])
    const secrets = [secret, attemptToken(secret, 0), attemptToken(secret, 1), platform.env['BYTENITE_API_KEY'] ?? '', platform.token]
    await waitFor('the output', async () => (await logOf(platform, id, 1)).length > 3)
    const files = (await readdir(cluster().directory)).filter((name) => name.endsWith('.out'))
    const seen = {
      jobs: await cluster().run('scontrol', ['--details', 'show', 'job']),
      steps: await cluster().run('squeue', ['--format=%all']),
      processes: await commandLines(),
      requests: await readFile(log, 'utf8'),
      environment: [...(await logOf(platform, id, 0)), ...(await logOf(platform, id, 1))].join('\n'),
      files: (await Promise.all(files.map((name) => readFile(join(cluster().directory, name), 'utf8')))).join('\n'),
    }
    expect(seen.jobs).toContain(batch)
    expect(seen.processes).toContain('agent.mjs')
    expect(seen.environment).toContain('CHUNK_NUMBER=1')
    expect(seen.requests).toContain('/report')
    expect(files.length).toBeGreaterThan(0)
    for (const [where, text] of Object.entries(seen)) {
      for (const value of secrets) expect(text.includes(value), `a secret in ${where}`).toBe(false)
    }
    await platform.call(`POST /customer/jobs/${id}/abort`)
  })

  test('are worth nothing for anything else, and what is sent with them writes nothing outside', async () => {
    const { platform, id, batch, secret, send, outside } = await open()
    const [own, other] = [attemptToken(secret, 0), attemptToken(secret, 1)]
    const ending = encodeURIComponent(JSON.stringify({ type: 'exited', exitCode: 0, signal: null }))
    for (const token of ['', 'x', platform.token, platform.env['BYTENITE_API_KEY'] ?? '', own]) {
      for (const what of ['report', 'input', `end?ending=${ending}`]) expect(await send(`${batch}/1/${what}`, token), what).toBe(401)
      for (const what of ['claim', 'code', 'bye']) expect(await send(`${batch}/${what}`, token), what).toBe(401)
    }
    expect(await send(`${batch}/1/report`, secret), 'the secret of the batch').toBe(401)
    expect(await send(`${batch}/2/report`, attemptToken(secret, 2)), 'an attempt that is not there').toBe(410)
    expect(await send('nothing-app-1/claim', secret)).toBe(410)
    expect(await send(`../v1/customer/jobs/${id}/abort`, secret)).toBe(401)
    expect(await send(`${batch}%2f..%2f..%2fowner`, secret)).toBe(410)
    for (const { state } of await tasksOf(platform, id)) expect(state).toMatch(/^(?:Received|Running)$/)

    const tar = pack()
    tar.entry({ name: `results/../../../../../../../../..${outside}/evil` }, 'evil')
    tar.finalize()
    expect(await send(`${batch}/0/end?ending=${ending}`, own, Buffer.from(await buffer(tar as AsyncIterable<Uint8Array>)))).toBe(400)
    expect(existsSync(`${outside}/evil`)).toBe(false)
    await platform.call(`POST /customer/jobs/${id}/abort`)
    expect(await send(`${batch}/1/report`, other), 'a token of yesterday').toBe(410)
  })
})
