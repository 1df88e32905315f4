import { chmod, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createContainerRunner } from '../../packages/local/dist/runners/containers/container-runner.js'
import { findEngine } from '../../packages/local/dist/runners/containers/find-engine.js'
import type { Runner } from '../../packages/local/dist/runners/runner.js'
import { connectJobApi, createWithFile, JOIN, SPLIT_LINES, UPPER, type JobCalls } from '../helpers/job-api.ts'
import { openJobPlatform, type JobPlatform } from '../helpers/job-platform.ts'
import { startPlatform } from '../helpers/platform.ts'
import { containers, IMAGE, openPodman, podmanCall } from '../helpers/podman.ts'
import { writeFiles } from '../helpers/project.ts'
import { outputProject, publishProject } from '../helpers/publish.ts'
import { processesWith, uniqueSeconds, waitForProcesses } from '../helpers/processes.ts'
import { serve, type ServeProgram } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor } from '../helpers/wait-for.ts'

const podman = await openPodman()
const config = { container: IMAGE }

interface Served {
  server: ServeProgram
  api: JobCalls
}

async function start(directory: string, env: Record<string, string> = {}, grace = 0): Promise<Served> {
  const server = await serve(['--port', '0', '--dir', directory, '--runner', 'container', '--grace', String(grace)], env)
  const { BYTENITE_API_URL: apiUrl = '' } = server.exports()
  const apiKey = (await readFile(join(directory, 'api-key'), 'utf8')).trim()
  return { server, api: await connectJobApi({ apiUrl, apiKey }) }
}

/** Jobs without a server, whose attempts run in containers. */
async function openJobs(): Promise<JobPlatform> {
  const createRunner = (root: string): Runner =>
    createContainerRunner({ root, engine: findEngine(), pull: 'never', onWarning: console.error })
  return openJobPlatform({ directory: await temporaryDirectory(), createRunner })
}

const inImage = { platform_config: config }

describe.skipIf(podman === undefined)('with podman', () => {
  test('a whole job runs in containers', async () => {
    const { server, api } = await start(await temporaryDirectory())
    await api.publish('split', SPLIT_LINES, { type: 'partitioner', config })
    await api.publish('join', JOIN, { type: 'assembler', config })
    // What it would change, it shares with others.
    const check = '[ "$PWD" = /bytenite/app ]; ! touch x 2>&-; ! touch "$SHARED_CACHE_DIR/x" 2>&-; touch "$USER_CACHE_DIR/$CHUNK_NUMBER"'
    await api.publish('upper', `${check}; [ -e /bin/busybox ]; ${UPPER}`, { config })
    const { id } = await createWithFile(api, 'one\ntwo\nthree\n', { app: 'upper', partitioner: 'split', assembler: 'join' })
    await api.call(`POST /customer/jobs/${id}/run`)
    expect(await api.ended(id)).toMatchObject({ state: 'JOB_STATE_COMPLETE', errorMessage: '', numChunks: 3 })
    expect(await api.results(id)).toEqual({ 'all.txt': 'ONE\nTWO\nTHREE\n' })
    expect(containers()).toEqual([])
    server.kill('SIGTERM')
    expect(await server.end()).toMatchObject({ exitCode: 0, stderr: '' })
  })

  test('an app is tried in its container before it is sent', async () => {
    const platform = await startPlatform()
    const tried = async (code: string): Promise<unknown> => {
      const root = await outputProject({ 'main.sh': `#!/bin/sh\n${code}\n` })
      const inContainer = { entrypoint: 'main.sh', platformConfig: config }
      return publishProject(root, platform, { smoke: { container: true }, manifest: inContainer, checks: { 'floating-tag': 'off' } })
    }
    await expect(tried('[ -e /bin/busybox ] && echo "in $PWD"; exit 3')).rejects.toMatchObject({
      code: 'SMOKE_FAILED',
      message: expect.stringMatching(/exited with code 3[^]*\n {2}in \/bytenite\/app\n/) as string,
    })
    expect(await platform.uploads()).toEqual([])
    await tried('[ -e /bin/busybox ]')
    expect(await platform.uploads()).toEqual(['app@1.0'])
    expect(containers()).toEqual([])
  })

  test('nothing that ran is left after the platform was killed, and the job goes on', async () => {
    const directory = await temporaryDirectory()
    const seconds = uniqueSeconds()
    const killed = await start(directory)
    await killed.api.publish('split', SPLIT_LINES, { type: 'partitioner', config })
    await killed.api.publish('slow', `[ -e "$USER_CACHE_DIR/go" ] || sleep ${seconds}; ${UPPER}`, { config })
    const { id } = await createWithFile(killed.api, 'one\ntwo\nthree\n', { app: 'slow', partitioner: 'split' })
    await killed.api.call(`POST /customer/jobs/${id}/run`)
    await waitForProcesses(seconds, 2)
    killed.server.kill('SIGKILL')
    await killed.server.end()
    const left = containers()
    expect(left).toHaveLength(2)
    expect(await processesWith(seconds)).toHaveLength(2)

    await writeFiles(join(directory, 'cache/user'), { go: '' })
    const { server, api } = await start(directory)
    expect(await api.ended(id)).toMatchObject({ state: 'JOB_STATE_COMPLETE', errorMessage: '' })
    expect(Object.keys(await api.results(id))).toHaveLength(3)
    expect(containers()).toEqual([])
    expect(await processesWith(seconds)).toEqual([])
    server.kill('SIGTERM')
    expect(await server.end()).toMatchObject({ exitCode: 0, stderr: '' })
    await waitFor('the end of all commands', async () => (await commandsOf(left)).length === 0)
  })

  test('a platform that is stopped twice leaves no container either', async () => {
    const directory = await temporaryDirectory()
    const seconds = uniqueSeconds()
    const { server, api } = await start(directory, {}, 60)
    await api.publish('deaf', `trap '' TERM; sleep ${seconds}; sleep ${seconds}`, { config })
    const { id } = await api.create({ app: 'deaf', dataSource: { dataSourceDescriptor: 'bypass' } })
    await api.call(`POST /customer/jobs/${id}/run`)
    await waitForProcesses(seconds, 1)
    server.kill('SIGTERM')
    await server.waitForOutput('Press Ctrl-C to stop at once.')
    expect(containers()).toHaveLength(1)
    server.kill('SIGTERM')
    await server.end()
    await waitFor('the end of all containers', () => containers().length === 0)
    expect(await processesWith(seconds)).toEqual([])
  })

  test('secrets are in the environment of the container, and in no command line', async () => {
    const directory = await temporaryDirectory()
    const seconds = uniqueSeconds()
    const { api } = await start(directory)
    const secret = { short: `short-${seconds}`, long: `-----BEGIN\nlong-${seconds}\n` }
    for (const [id, secretKey] of [
      ['WORD', secret.short],
      ['PRIVATE_KEY', secret.long],
      ['LD_PRELOAD', secret.long],
    ] as const) {
      await api.call('POST /auth/secrets', { secret: { id, secretType: 'other' }, secretKey })
    }
    const print = `printf '%s|%s' "$WORD" "$PRIVATE_KEY" > "$TASK_RESULTS_DIR/secrets"`
    const wait = `touch "$USER_CACHE_DIR/up"; while [ ! -e "$USER_CACHE_DIR/go" ]; do sleep 0.05; done`
    await api.publish('secrets', `${print}; ${wait}`, { config: { ...config, secrets: ['WORD', 'PRIVATE_KEY'] } })
    const { id } = await api.create({ app: 'secrets', dataSource: { dataSourceDescriptor: 'bypass' } })
    const commandLines = watchCommandLines()
    await api.call(`POST /customer/jobs/${id}/run`)
    await waitFor('the task', async () => (await readdir(join(directory, 'cache/user'))).includes('up'))
    const [container = ''] = containers()
    const [description] = JSON.parse(podmanCall('inspect', container)) as [{ Config: { Env: string[] } }]
    expect(description.Config.Env).toContain(`WORD=${secret.short}`)
    description.Config.Env = []
    expect(JSON.stringify(description)).not.toContain(seconds)
    const workspace = (await readdir(join(directory, 'work'))).find((name) => name.startsWith(id)) ?? ''
    expect((await readdir(join(directory, 'work', workspace))).toSorted()).toEqual(['results', 'task'])
    await writeFiles(join(directory, 'cache/user'), { go: '' })
    await api.ended(id)
    const seen = [...(await commandLines())]
    expect(seen.some((line) => line.includes('--env-file'))).toBe(true)
    expect(seen.filter((line) => line.includes(seconds))).toEqual([])
    expect(await api.results(id)).toEqual({ secrets: `${secret.short}|${secret.long}` })

    // With this one, the engine itself would be told what to load.
    await api.publish('preload', ':', { config: { ...config, secrets: ['LD_PRELOAD'] } })
    const { errorMessage } = await api.finish({ app: 'preload', dataSource: { dataSourceDescriptor: 'bypass' } })
    expect(errorMessage).toContain('The variable LD_PRELOAD has several lines')
  })

  test('what takes more memory than it asked for is killed', async () => {
    const files = await readdir(process.cwd())
    const { publish, finish } = await openJobs()
    const manifest = { ...inImage, device_requirements: { min_memory: 0.05, min_cpu: 0.5 } }
    // The shell keeps the text, which doubles until it is too large.
    await publish('greedy', { code: 'x=0123456789abcdef; while :; do x="$x$x"; done', manifest })
    await publish('modest', { code: 'x=0123456789abcdef; for i in 1 2 3; do x="$x$x"; done', manifest })
    expect(await finish({ app: 'modest' })).toMatchObject({ errorMessage: '' })
    expect((await finish({ app: 'greedy' })).errorMessage).toContain('Task 0 failed: was ended by SIGKILL, probably for lack of memory.')
    expect(await readdir(process.cwd())).toEqual(files)
  })

  test('a GPU that containers cannot use fails the job, and says why', async () => {
    const bin = await temporaryDirectory()
    await writeFiles(bin, { 'nvidia-smi': '#!/bin/sh\necho Imaginary GPU\n' })
    await chmod(join(bin, 'nvidia-smi'), 0o755)
    const { api } = await start(await temporaryDirectory(), { PATH: `${bin}:${process.env['PATH']}` })
    await api.publish('gpu', ':', { config, requirements: { gpu: ['Imaginary GPU'] } })
    await api.publish('other', ':', { config, requirements: { gpu: ['Other GPU'] } })
    const message = async (app: string): Promise<string> =>
      (await api.finish({ app, dataSource: { dataSourceDescriptor: 'bypass' } })).errorMessage
    expect(await message('gpu')).toMatch(/Task 0 failed.*nvidia\.com\/gpu=all/)
    expect(await message('other')).toContain('needs a GPU (Other GPU), and there is Imaginary GPU.')
  })

  test('an image that is not there, or has not the program, fails the job at once', async () => {
    const { publish, finish } = await openJobs()
    await publish('absent', { code: ':', manifest: { platform_config: { container: 'localhost/none:1' } } })
    await publish('python', { code: { 'main.py': 'print(1)' }, manifest: inImage })
    await publish('ruby', { code: '#!/usr/bin/ruby', manifest: inImage })
    const message = async (app: string): Promise<string> => (await finish({ app, config: { maxTaskRetries: 5 } })).errorMessage
    expect(await message('absent')).toContain(
      'The image localhost/none:1 is not on this machine, and images are not pulled (--pull never).',
    )
    for (const [app, file] of [
      ['python', 'main.py'],
      ['ruby', 'main.sh'],
    ] as const) {
      expect(await message(app)).toContain(
        `Task 0 failed: Cannot start ${file}: No such file or directory. The program that runs it has to be in the image ${IMAGE}.`,
      )
    }
  })
})

/** The ids of the processes whose parameters name one of these containers. */
async function commandsOf(names: readonly string[]): Promise<number[]> {
  return (await Promise.all(names.map(processesWith))).flat()
}

/** Looks at the command lines of all processes again and again. @returns ends that, and returns them */
function watchCommandLines(): () => Promise<Set<string>> {
  const seen = new Set<string>()
  let isOver = false
  const watching = (async () => {
    while (!isOver) {
      const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
      for (const line of await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')))) seen.add(line)
    }
  })()
  return async () => {
    isOver = true
    await watching
    return seen
  }
}
