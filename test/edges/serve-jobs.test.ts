import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { connectJobApi } from '../helpers/job-api.ts'
import { serve } from '../helpers/serve.ts'
import { startPlatform } from '../helpers/platform.ts'
import { processesWith, uniqueSeconds, waitForProcesses } from '../helpers/processes.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor } from '../helpers/wait-for.ts'

const API_KEY = 'a-key-for-these-tests-only'

/** `bytenite-local serve` as a process of its own, with calls to its API. */
async function startServer(directory: string, flags: string[] = [], env: Record<string, string> = {}) {
  const program = await serve(['--port', '0', '--dir', directory, '--api-key', API_KEY, ...flags], env)
  const { BYTENITE_API_URL: apiUrl = '' } = program.exports()
  const api = await connectJobApi({ apiUrl, apiKey: API_KEY })
  /** How the attempts of a task ended. */
  const attempts = async (id: string, chunk: number): Promise<string[]> => {
    const { json } = await api.call(`GET /customer/jobs/${id}/tasks/${chunk}`)
    return (json as { attempts: { state: string }[] }).attempts.map(({ state }) => state)
  }
  return { ...program, ...api, attempts }
}

test('--concurrency says how many tasks run at once', async () => {
  const { publish, finish, results } = await startServer(await temporaryDirectory(), ['--concurrency', '3'])
  await publish('split', 'for i in 0 1 2 3 4 5; do echo $i > "$CHUNKS_DIR/data_$i.bin"; done', { type: 'partitioner' })
  // Each goes on when three have begun, and says how many run.
  await publish(
    'together',
    `mkdir -p "$USER_CACHE_DIR/begun" "$USER_CACHE_DIR/now"
    touch "$USER_CACHE_DIR/begun/$CHUNK_NUMBER" "$USER_CACHE_DIR/now/$CHUNK_NUMBER"
    until [ $(ls "$USER_CACHE_DIR/begun" | wc -l) -ge 3 ]; do sleep 0.02; done
    sleep 0.05
    ls "$USER_CACHE_DIR/now" | wc -l > "$TASK_RESULTS_DIR/now"
    rm "$USER_CACHE_DIR/now/$CHUNK_NUMBER"`,
  )
  const { id, state } = await finish({ app: 'together', partitioner: 'split', dataSource: { dataSourceDescriptor: 'bypass' } })
  expect(state).toBe('JOB_STATE_COMPLETE')
  expect(Math.max(...Object.values(await results(id)).map(Number))).toBe(3)
})

/** The processes that a process has started. */
async function childrenOf(pid: number | undefined): Promise<string[]> {
  return (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter((id) => id !== '')
}

/** Runs until there is a file `go`, or a file for its chunk; each start is written down. */
const PATIENT = `echo "$CHUNK_NUMBER" >> "$USER_CACHE_DIR/starts"
until [ -e "$USER_CACHE_DIR/go" ] || [ -e "$USER_CACHE_DIR/go-$CHUNK_NUMBER" ]; do sleep 0.02; done
echo done > "$TASK_RESULTS_DIR/out"`

/** A server with a job of three tasks, of which two run. @param first what each does at its start */
async function startPatient(grace: string, first = ':') {
  const directory = await temporaryDirectory()
  const cache = (name: string): string => join(directory, 'cache/user', name)
  const start = () => startServer(directory, ['--concurrency', '2', '--grace', grace])
  const server = await start()
  await server.publish('split', 'for i in 0 1 2; do echo $i > "$CHUNKS_DIR/data_$i.bin"; done', { type: 'partitioner' })
  await server.publish('patient', `${first}\n${PATIENT}`)
  const { id } = await server.create({ app: 'patient', partitioner: 'split', dataSource: { dataSourceDescriptor: 'bypass' } })
  await server.call(`POST /customer/jobs/${id}/run`)
  const starts = async (): Promise<string[]> => (await readFile(cache('starts'), 'utf8').catch(() => '')).split('\n').slice(0, -1)
  await waitFor('two tasks', async () => (await starts()).length === 2)
  const refuse = () =>
    waitFor('the server to refuse jobs', async () => {
      const { status, reason } = await server.call('POST /customer/jobs', { app: 'patient' })
      return status === 503 && /the platform is stopping/.test(reason ?? '')
    })
  return { server, id, cache, starts, refuse, start, work: () => readdir(join(directory, 'work')) }
}

test('tasks that end within the grace count, and no others begin', async () => {
  const { server, id, cache, starts, refuse, start, work } = await startPatient('30')
  server.kill('SIGTERM')
  await refuse()
  expect(server.isRunning()).toBe(true)
  await writeFile(cache('go'), '')
  expect(await server.end(15_000)).toMatchObject({
    exitCode: 0,
    signal: null,
    stderr: expect.stringMatching(/^(.*waiting for tasks.*\n)?$/) as string,
  })
  expect((await starts()).toSorted()).toEqual(['0', '1'])
  expect(await work()).toEqual([])
  const again = await start()
  expect(await again.ended(id)).toMatchObject({ state: 'JOB_STATE_COMPLETE' })
  for (const chunk of [0, 1, 2]) expect(await again.attempts(id, chunk)).toEqual(['completed'])
  expect((await starts()).toSorted()).toEqual(['0', '1', '2'])
})

test('a task that does not end within the grace is interrupted, and runs again', async () => {
  const { server, id, cache, starts, refuse, start, work } = await startPatient('1', "trap '' TERM")
  server.kill('SIGTERM')
  await refuse()
  await writeFile(cache('go-0'), '')
  expect(await server.end(15_000)).toMatchObject({ exitCode: 0, signal: null })
  expect(await work()).toEqual([])
  await writeFile(cache('go'), '')
  const again = await start()
  expect(await again.ended(id)).toMatchObject({ state: 'JOB_STATE_COMPLETE' })
  expect(await Promise.all([0, 1, 2].map((chunk) => again.attempts(id, chunk)))).toEqual([
    ['completed'],
    ['interrupted', 'completed'],
    ['completed'],
  ])
  expect((await starts()).toSorted()).toEqual(['0', '1', '1', '2'])
})

test.runIf(process.platform === 'linux')('a second signal ends the tasks at once, and they run again', async () => {
  const { server, id, cache, refuse, start } = await startPatient('60')
  const [starter] = await childrenOf(server.pid)
  const [task] = await childrenOf(Number(starter))
  server.kill('SIGTERM')
  await refuse()
  expect(existsSync(`/proc/${task}`)).toBe(true)
  server.kill('SIGTERM')
  expect(await server.end(5_000)).toMatchObject({ exitCode: null, signal: 'SIGTERM' })
  await waitFor('the end of the task', () => !existsSync(`/proc/${task}`))
  await writeFile(cache('go'), '')
  const again = await start()
  expect(await again.ended(id)).toMatchObject({ state: 'JOB_STATE_COMPLETE' })
  expect(await again.attempts(id, 0)).toEqual(['interrupted', 'completed'])
})

test.runIf(process.platform === 'linux')('what runs when serve is killed ends without it', async () => {
  const seconds = uniqueSeconds()
  const server = await startServer(await temporaryDirectory())
  await server.publish('waits', `sleep ${seconds} & trap '' TERM; sleep ${seconds}`)
  const { id } = await server.create({ app: 'waits', dataSource: { dataSourceDescriptor: 'bypass' } })
  await server.call(`POST /customer/jobs/${id}/run`)
  await waitForProcesses(seconds, 2)
  const [starter] = await childrenOf(server.pid)
  server.kill('SIGKILL')
  await waitForProcesses(seconds, 0)
  await waitFor('the end of the process that started them', () => !existsSync(`/proc/${starter}`))
})

test.runIf(process.platform === 'linux')(
  'three hundred tasks leave no process, no file and no open handle behind',
  { timeout: 300_000 },
  async () => {
    const [directory, temporary] = [await temporaryDirectory(), await temporaryDirectory()]
    const server = await startServer(directory, [], { TMPDIR: temporary })
    const seconds = uniqueSeconds()
    await server.publish('split', 'for i in $(seq "$PARTITIONER_PARAMS"); do echo $i > "$CHUNKS_DIR/data_$i.bin"; done', {
      type: 'partitioner',
    })
    await server.publish('litter', `sleep ${seconds} & echo x > "$TASK_DIR/more"; cp "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/n"`)
    await server.publish('fails', `(setsid sleep ${seconds} &); mkdir -p "$TASK_RESULTS_DIR/a/b"; [ $CHUNK_NUMBER != 9 ]`)
    const runJob = async (app: string, tasks: number) => {
      const dataSource = { dataSourceDescriptor: 'bypass' }
      const { id } = await server.create({ app, partitioner: 'split', params: { partitioner: tasks }, dataSource })
      await server.call(`POST /customer/jobs/${id}/run`)
      return server.ended(id, { timeout: 240_000 })
    }
    const handles = async () => (await readdir(`/proc/${server.pid}/fd`)).length
    const open = async () => ({ handles: await handles(), children: (await childrenOf(server.pid)).length })
    const list = async (name: string) => (await readdir(join(directory, name))).toSorted()

    await runJob('litter', 10)
    const before = { ...(await open()), pipes: await list('work/pipes') }
    expect(await runJob('litter', 300)).toMatchObject({ state: 'JOB_STATE_COMPLETE', tasks: { completed: 300 } })
    expect(await runJob('fails', 50)).toMatchObject({ state: 'JOB_STATE_FAILED' })
    expect(await processesWith(seconds)).toEqual([])
    expect(await readdir(temporary)).toEqual([])
    expect(await list('staging')).toEqual([])
    expect(await list('work')).toEqual(['pipes'])
    expect({ ...(await open()), pipes: await list('work/pipes') }).toEqual(before)
    server.kill('SIGTERM')
    expect(await server.end()).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await list('work')).toEqual([])
    expect(await readdir(temporary)).toEqual([])
  },
)

test.each([0, -1, 1.5, NaN])('the concurrency %d is refused', async (concurrency) => {
  await expect(startPlatform({ concurrency })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
    message: `The option "concurrency" is ${concurrency}; expected a whole number from 1.`,
  })
})
