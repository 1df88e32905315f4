import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run } from '../helpers/process.ts'
import { repository } from '../helpers/project.ts'
import { localBin } from '../helpers/serve.ts'
import { canRunSlurm, shareCluster, startCluster } from '../helpers/slurm-cluster.ts'
import { startSlurmPlatform, type SlurmPlatform } from '../helpers/slurm-platform.ts'
import { chunks, openLedger, startJob, task, waitsFor } from '../helpers/slurm-tasks.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

/** Runs a job of one task, which must fail. @returns why, without what every failure of a task says */
async function failure(platform: SlurmPlatform): Promise<string> {
  await platform.publish('work', 'true')
  const id = await startJob(platform, { app: 'work' })
  const { state, errorMessage } = await platform.ended(id, { timeout: 100_000 })
  expect(state).toBe('JOB_STATE_FAILED')
  platform.program.kill('SIGTERM')
  expect(await platform.program.end()).toMatchObject({ exitCode: 0, stderr: '' })
  return errorMessage.replace(/^Task 0 failed: /, '').replace(/ See its log: .*$/, '')
}

describe.skipIf(!canRunSlurm())('a cluster that does not take work', () => {
  const cluster = shareCluster({ nodes: 1 })

  test('because its queue is full: the job waits, and says so', async () => {
    const cluster = await startCluster({ config: { MaxJobCount: 10, MinJobAge: 2 } })
    const [ledger, platform] = [await openLedger(), await startSlurmPlatform(cluster)]
    await cluster.run('sbatch', ['--array=0-8', '--hold', '--job-name=others', '--wrap', 'true'])
    await platform.publish('split', chunks(12), { type: 'partitioner' })
    await platform.publish('work', task(ledger, 0.2))
    const id = await startJob(platform, { app: 'work', partitioner: 'split' })
    await waitsFor(platform, id, /^Slurm takes no more work now: /)
    await cluster.run('scancel', ['--name=others'])
    expect(await platform.ended(id)).toMatchObject({ state: 'JOB_STATE_COMPLETE', errorMessage: '' })
    expect(await ledger.runs()).toEqual(Array.from({ length: 12 }, () => 1))
  })

  test('because it has no such partition: the platform does not start', async () => {
    const flags = ['serve', '--runner', 'slurm', '--partition', 'nosuch', '--port', '0', '--dir', await temporaryDirectory()]
    expect(await run('node', [localBin, ...flags], { cwd: repository, env: cluster().env })).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: 'bytenite-local: The cluster has no partition "nosuch". Its partitions: main.\nSee bytenite-local/docs/errors.md#no_slurm\n',
    })
  })

  test('because the partition is gone', async () => {
    const cluster = await startCluster({ config: { PartitionName: 'second Nodes=ALL' } })
    const platform = await startSlurmPlatform(cluster, ['--partition', 'second'])
    const file = join(cluster.directory, 'slurm.conf')
    await writeFile(file, (await readFile(file, 'utf8')).replace(/PartitionName=second.*/, ''))
    await cluster.run('scontrol', ['reconfigure'])
    expect(await failure(platform)).toBe('Slurm: invalid partition specified: second; Invalid partition name specified.')
  })

  test.each([
    ['--nosuch', "Slurm: unrecognized option '--nosuch'."],
    ['--mem=9999999', 'Slurm: Memory specification can not be satisfied; Requested node configuration is not available.'],
  ])('because of %s', async (parameter, expected) => {
    expect(await failure(await startSlurmPlatform(cluster(), [`--sbatch-args=${parameter}`]))).toBe(expected)
  })

  test('because its nodes have no Node.js', async () => {
    const tools = await temporaryDirectory()
    for (const name of ['mktemp', 'cat', 'rm', 'sh', 'grep']) await symlink(`/usr/bin/${name}`, join(tools, name))
    const platform = await startSlurmPlatform(cluster(), [`--sbatch-args=--export=PATH=${tools}`])
    const { origin } = new URL(platform.env['BYTENITE_API_URL'] ?? '')
    expect(await failure(platform)).toBe(
      `Slurm: workers ended before they reached the platform (Slurm: FAILED, exit code 127, on node1). Make sure that the nodes have Node.js 20 or later in their PATH, and reach ${origin}.`,
    )
  })

  test('because its nodes do not reach the platform', async () => {
    const unreachable = join(await temporaryDirectory(), 'unreachable.cjs')
    await writeFile(unreachable, 'globalThis.fetch = () => Promise.reject(new TypeError("fetch failed"))')
    const platform = await startSlurmPlatform(cluster(), [`--sbatch-args=--export=ALL,NODE_OPTIONS=--require=${unreachable}`])
    expect(await failure(platform)).toContain('and reach http://127.0.0.1:')
  })
})
