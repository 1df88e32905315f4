import { readdir, readlink } from 'node:fs/promises'
import { get, request, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { createLocalPlatform } from 'bytenite-local'
import { expect, test, vi } from 'vitest'
import { addKey, revokeKey } from '../../packages/local/dist/store/key-files.js'
import { onTestFinished } from '../helpers/current-test.ts'
import { logIn, type Dashboard } from '../helpers/dashboard.ts'
import { connectJobApi, startJobApi, type JobApi } from '../helpers/job-api.ts'
import { openJobPlatform } from '../helpers/job-platform.ts'
import { sendRequest } from '../helpers/send-request.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor, within } from '../helpers/wait-for.ts'

const NO_DATA = { dataSource: { dataSourceDescriptor: 'bypass' } }
const isLinux = process.platform === 'linux'

/** Counts who listens for changes of jobs and of the store, on any platform of this process. */
async function countListeners(): Promise<() => number> {
  const { jobs, store } = openJobPlatform({ directory: await temporaryDirectory() })
  let count = 0
  for (const prototype of [Object.getPrototypeOf(jobs), Object.getPrototypeOf(store)] as {
    subscribe(listener: () => void): () => void
  }[]) {
    const { subscribe } = prototype
    const spy = vi.spyOn(prototype, 'subscribe').mockImplementation(function (this: unknown, listener) {
      count++
      const end = subscribe.call(this, listener)
      return () => {
        count--
        end()
      }
    })
    onTestFinished(() => spy.mockRestore())
  }
  return () => count
}

/** The files below a directory that this process, in which the platform runs, has open. */
async function openFiles(directory: string): Promise<string[]> {
  const descriptors = await readdir('/proc/self/fd')
  const targets = await Promise.all(descriptors.map((descriptor) => readlink(`/proc/self/fd/${descriptor}`).catch(() => '')))
  return targets.filter((target) => target.startsWith(directory)).toSorted()
}

/** Timers that keep the process alive. */
const countTimers = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length

/** Begins to read a response, and no more. */
async function begin({ origin, cookie, token }: Dashboard, path: string, method = 'GET'): Promise<IncomingMessage> {
  const headers = { cookie, origin, 'x-form-token': token }
  const sent = method === 'GET' ? get(origin + path, { headers }) : request(origin + path, { method, headers }).end()
  const response = await new Promise<IncomingMessage>((resolve, reject) => sent.once('response', resolve).once('error', reject))
  response.on('error', () => {})
  expect({ path, status: response.statusCode }).toEqual({ path, status: 200 })
  return response
}

async function startWithJobs(api: JobApi): Promise<{ running: string; complete: string }> {
  await api.publish('waits', 'echo begun; sleep 1000')
  await api.publish(
    'large',
    `yes "$(printf %1000s x)" | head -20000; head -c 20000000 /dev/zero >"$TASK_RESULTS_DIR/a"; cp "$TASK_RESULTS_DIR/a" "$TASK_RESULTS_DIR/b"`,
  )
  const { id: complete } = await api.finish({ app: 'large', ...NO_DATA })
  const { id: running } = await api.create({ app: 'waits', ...NO_DATA })
  await api.call(`POST /customer/jobs/${running}/run`)
  const hasBegun = async (): Promise<boolean> => {
    const log = `${api.platform.apiUrl}/customer/jobs/${running}/log?part=app&chunk=0`
    return (await (await fetch(log, { headers: { authorization: api.token } })).text()).includes('begun')
  }
  await waitFor('the task to begin', hasBegun)
  return { running, complete }
}

test.runIf(isLinux)('nothing is held for a client that has left', { timeout: 120_000 }, async () => {
  const listeners = await countListeners()
  const api = await startJobApi()
  const { running, complete } = await startWithJobs(api)
  const dashboard = await logIn(api.platform)
  const look = async () => ({ listeners: listeners(), timers: countTimers(), files: await openFiles(join(api.platform.directory, 'jobs')) })
  const before = await look()
  const responses: IncomingMessage[] = []
  const streams = ['/events?about=jobs', '/events?about=apps', `/events?about=job+${running}`, `/jobs/${running}/log?part=app&chunk=0`]
  for (const path of [...streams, `/jobs/${complete}/log?part=app&chunk=0`]) {
    for (let round = 0; round < 3; round++) responses.push(await begin(dashboard, path, 'POST'))
  }
  const files = [`/jobs/${complete}/log.txt?part=app&chunk=0`, `/jobs/${complete}/results.tar`, `/jobs/${complete}/results/raw/a`]
  for (const path of files) for (let round = 0; round < 3; round++) responses.push(await begin(dashboard, path))
  const during = await look()
  expect(during.listeners).toBe(before.listeners + 9)
  expect(during.files.length).toBeGreaterThanOrEqual(before.files.length + 12)
  for (const response of responses) response.destroy()
  await expect.poll(look, { timeout: 15_000 }).toEqual(before)
})

test.runIf(isLinux)('HEAD begins nothing that nobody would end', async () => {
  const listeners = await countListeners()
  const api = await startJobApi()
  const { running, complete } = await startWithJobs(api)
  const { cookie, origin } = await logIn(api.platform)
  const before = { listeners: listeners(), files: await openFiles(join(api.platform.directory, 'jobs')) }
  const { apiUrl } = api.platform
  const paths = [
    `${origin}/jobs/${complete}/log.txt?part=app&chunk=0`,
    `${origin}/jobs/${complete}/results.tar`,
    `${origin}/jobs/${complete}/results/raw/a`,
  ]
  const calls = [
    `${apiUrl}/customer/events`,
    `${apiUrl}/customer/jobs/${complete}/log?part=app&chunk=0`,
    `${apiUrl}/customer/jobs/${running}/log?part=app&chunk=0&follow=true`,
  ]
  for (const url of [...paths, ...calls]) {
    for (let round = 0; round < 5; round++) {
      const headers = url.startsWith(apiUrl) ? { authorization: api.token } : { cookie }
      expect({ url, status: (await sendRequest(url, { method: 'HEAD', headers })).status }).toEqual({ url, status: 200 })
    }
  }
  expect({ listeners: listeners(), files: await openFiles(join(api.platform.directory, 'jobs')) }).toEqual(before)
})

test('revoking a key ends the streams of logs, too', async () => {
  const api = await startJobApi()
  const { running } = await startWithJobs(api)
  const apiKey = addKey(api.platform.directory, 'anna')
  const dashboard = await logIn({ apiUrl: api.platform.apiUrl, apiKey })
  const streams = [
    await begin(dashboard, `/jobs/${running}/log?part=app&chunk=0`, 'POST'),
    await begin(dashboard, '/events?about=jobs', 'POST'),
  ]
  const ended = streams.map((stream) => new Promise((resolve) => stream.resume().once('close', resolve)))
  revokeKey(api.platform.directory, 'anna')
  await within('the end of the streams', Promise.all(ended), { timeout: 10_000 })
})

test.each([0, 30_000])('a platform closes at once with a stream of events and one of a log open (grace %i)', async (grace) => {
  const platform = createLocalPlatform({ directory: await temporaryDirectory() })
  onTestFinished(() => platform.close())
  const { apiUrl } = await platform.listen()
  const calls = await connectJobApi({ apiUrl, apiKey: platform.apiKey })
  await calls.publish('large', 'yes "$(printf %1000s x)" | head -30000')
  const { id } = await calls.finish({ app: 'large', ...NO_DATA })
  const dashboard = await logIn({ apiUrl, apiKey: platform.apiKey })
  const paths = ['/events?about=jobs', `/jobs/${id}/log?part=app&chunk=0`]
  for (const path of paths) (await begin(dashboard, path, 'POST')).pause()
  await within('the end of the platform', platform.close({ grace }), { timeout: 5_000 })
})

test('a file that is larger than a preview is not read as a whole', async () => {
  const api = await startJobApi()
  const line = `{"text":"${'x'.repeat(1000)}"}`
  await api.publish(
    'huge',
    `yes ${`'${line}'`} | head -50000 >"$TASK_RESULTS_DIR/huge.ndjson"; head -c 60000000 /dev/zero | tr '\\0' '[' >"$TASK_RESULTS_DIR/huge.json"`,
  )
  const { id } = await api.finish({ app: 'huge', ...NO_DATA })
  const dashboard = await logIn(api.platform)
  for (const name of ['huge.ndjson', 'huge.json']) {
    const page = await dashboard.page(`/jobs/${id}/results/view/${name}`)
    expect(page).toContain('These are the first')
    expect(page.length).toBeLessThan(2_500_000)
  }
})
