import { truncateSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { join } from 'node:path'
import { createClient, type Client, type ClientOptions } from 'bytenite-uploader'
import type { JobEventMessage, JobRecord } from 'bytenite-uploader/wire-jobs'
import { expect, test } from 'vitest'
import { onTestFinished } from '../helpers/current-test.ts'
import { SPLIT_LINES, startJobApi, UPPER, type JobApi } from '../helpers/job-api.ts'
import { listen } from '../helpers/listen.ts'
import { readFiles } from '../helpers/project.ts'
import { responseJson } from '../helpers/stub-platform.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { within } from '../helpers/wait-for.ts'

async function start(): Promise<JobApi & { client: Client }> {
  const api = await startJobApi()
  await api.publish('up', UPPER)
  await api.publish('split', SPLIT_LINES, { type: 'partitioner' })
  return { ...api, client: api.platform.client }
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = []
  for await (const item of items) list.push(item)
  return list
}

test('a job from its file to its results, by the client alone', async () => {
  const { client, ended } = await start()
  const directory = await temporaryDirectory()
  const input = join(directory, 'ä "input".txt')
  await writeFile(input, 'a\nb\nc\n')
  const job = await client.jobs.create({ app: 'up', partitioner: 'split', dataSource: { dataSourceDescriptor: 'file' } })
  const progress: number[] = []
  await client.jobs.upload(job.id, input, { onProgress: ({ sent, total }) => progress.push(sent / total) })
  expect(progress).toEqual([0, 1])
  await client.jobs.run(job.id, { taskTimeout: 60 })
  expect(await ended(job.id)).toMatchObject({ state: 'JOB_STATE_COMPLETE', numChunks: 3 })

  const results = await client.jobs.results(job.id)
  const out = join(directory, 'out')
  const sizes = await Promise.all(results.map((result) => client.jobs.download(result, join(out, result.name))))
  expect(sizes).toEqual([2, 2, 2])
  const files = Object.entries(await readFiles(out)).map(([name, bytes]) => [name, String(bytes)])
  expect(Object.fromEntries(files)).toEqual({ 'out_0.txt': 'A\n', 'out_1.txt': 'B\n', 'out_2.txt': 'C\n' })

  const tasks = await all(client.jobs.tasks(job.id, { pageSize: 2, state: 'Completed' }))
  expect(tasks.map(({ chunk }) => chunk)).toEqual([0, 1, 2])
  expect(await client.jobs.task(job.id, 1)).toMatchObject({ task: { chunk: 1 }, attempts: [{ exitCode: 0 }] })
  const logs = await client.jobs.logs({ jobId: job.id, services: ['TASKRUNNER'], levels: ['UNKNOWN'] })
  expect(Object.values(logs.taskrunner).flatMap(({ logs }) => logs.map(({ log }) => log))).toEqual(['chunk 0', 'chunk 1', 'chunk 2'])
  expect((await all(client.jobs.log(job.id, { part: 'app', chunk: 2 }))).map(({ log }) => log)).toContain('chunk 2')

  await client.jobs.rerun(job.id, [1])
  expect(await ended(job.id)).toMatchObject({ state: 'JOB_STATE_COMPLETE' })
  await client.jobs.delete(job.id)
  await expect(client.jobs.get(job.id)).rejects.toMatchObject({
    code: 'REFUSED',
    status: 404,
    hint: expect.stringMatching(/job's ID/) as string,
  })
})

test('jobs are changed, listed, filtered and aborted', async () => {
  const { client } = await start()
  const { id } = await client.jobs.create({ app: 'up', name: 'one' })
  expect(await client.jobs.create({ jobId: id, description: 'd' })).toMatchObject({ id, description: 'd' })
  expect(await client.jobs.rename(id, 'first')).toMatchObject({ name: 'first' })
  expect(await client.jobs.setParams(id, { app: { a: 1 } })).toMatchObject({ params: { app: { a: 1 } } })
  expect(await client.jobs.configure(id, { taskTimeout: 5 })).toMatchObject({ config: { taskTimeout: 5 } })
  expect(await client.jobs.setData(id, { dataSource: { dataSourceDescriptor: 'bypass' } })).toMatchObject({
    dataSource: { dataSourceDescriptor: 'bypass' },
  })
  for (const name of ['b', 'a']) await client.jobs.create({ app: 'up', name })
  const names = async (jobs: AsyncIterable<JobRecord>): Promise<string> => (await all(jobs)).map(({ name }) => name).join(' ')
  expect(await names(client.jobs.list({ pageSize: 1 }))).toBe('a b first')
  expect(await names(client.jobs.list({ orderBy: 'name desc', pageSize: 2 }))).toBe('first b a')
  const filters = [{ field: 'name', condition: 'FILTER_CONDITION_IN', value: ['a', 'b'] }] as const
  expect(await names(client.jobs.filter(filters, { pageSize: 1, orderBy: 'name' }))).toBe('a b')
  await client.jobs.abort(id)
  expect(await names(client.jobs.list())).toBe('a b')
  await expect(client.jobs.create({})).rejects.toMatchObject({ code: 'REFUSED', status: 400, hint: 'Fix what the platform reports above.' })
  await expect(client.jobs.abort('other')).rejects.toMatchObject({ status: 404 })
  await expect(all(client.jobs.list({ size: 1 } as object))).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  await expect(all(client.jobs.tasks(id, { status: 1 } as object))).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  await expect(all(client.jobs.events({ job: 1 } as object))).rejects.toMatchObject({ code: 'INVALID_OPTION' })
})

test('a job that takes no file says so, and a file that cannot be read, or changes, is named', async () => {
  const { client } = await start()
  const file = join(await temporaryDirectory(), 'input.txt')
  await writeFile(file, 'x'.repeat(1_000_000))
  const bypass = await client.jobs.create({ app: 'up', dataSource: { dataSourceDescriptor: 'bypass' } })
  await expect(client.jobs.upload(bypass.id, file)).rejects.toMatchObject({
    code: 'INVALID_OPTION',
    message: expect.stringMatching(/takes no file: it has the data source "bypass"/) as string,
  })
  const { id } = await client.jobs.create({ app: 'up', dataSource: { dataSourceDescriptor: 'file' } })
  await expect(client.jobs.upload(id, `${file}.missing`)).rejects.toMatchObject({
    code: 'UNREADABLE_FILE',
    message: expect.stringContaining('input.txt.missing') as string,
  })
  await expect(client.jobs.upload(id, join(file, '..'))).rejects.toMatchObject({ code: 'UNREADABLE_FILE' })
  await expect(client.jobs.upload(id, file, { nam: 'x' } as object)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  const shrink = client.jobs.upload(id, file, { onProgress: () => truncateSync(file, 10) })
  await expect(shrink).rejects.toMatchObject({ code: 'FILE_CHANGED' })
  await client.jobs.upload(id, file)
  await client.jobs.run(id)
  await expect(client.jobs.upload(id, file)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
})

test('a result that cannot be written is an error of its own, and nothing half-written stays', async () => {
  const { client, finish } = await start()
  const { id } = await finish({ app: 'up', dataSource: { dataSourceDescriptor: 'bypass' } })
  const [result = { name: '', link: '' }] = await client.jobs.results(id)
  const directory = await temporaryDirectory()
  await mkdir(join(directory, 'taken'))
  await expect(client.jobs.download(result, join(directory, 'taken'))).rejects.toMatchObject({ code: 'RESULT_NOT_WRITTEN' })
  expect(await readFiles(directory)).toEqual({})
  const forged = { ...result, link: result.link.replace(/signature=.*/, 'signature=secret-signature') }
  const refused = await client.jobs.download(forged, join(directory, 'out')).catch((error: unknown) => String(error))
  expect(refused).toMatch(/was refused with 403/)
  expect(refused).not.toContain('secret-signature')
  for (const link of ['http://platform.example/x', 'nonsense'])
    await expect(client.jobs.download({ ...result, link }, join(directory, 'out'))).rejects.toMatchObject({ code: 'INVALID_RESPONSE' })
})

/** A platform whose responses to calls other than the first ones get lost. */
async function losing(responses: Record<string, RequestListener>, options: Partial<ClientOptions> = {}) {
  const calls: string[] = []
  const server = createServer((request, response) => {
    const call = `${request.method} ${request.url?.replace(/^.*\/customer/, '')}`
    calls.push(call)
    request.resume()
    const respond = responses[call]
    if (respond === undefined) request.once('end', () => request.socket.destroy())
    else respond(request, response)
  })
  const apiUrl = `http://127.0.0.1:${await listen(server)}/v1`
  return { calls, client: createClient({ apiUrl, credentials: { accessToken: 'some-token' }, retries: 1, ...options }) }
}

const job = { id: 'j', state: 'JOB_STATE_NEW' }

test('what may not happen twice is sent once, if the platform may have done it', async () => {
  const { calls, client } = await losing({})
  const lost = { code: 'UNREACHABLE', hint: expect.stringMatching(/may have done it all the same/) as string }
  await expect(client.jobs.create({ app: 'up' })).rejects.toMatchObject(lost)
  await expect(client.jobs.rerun('j')).rejects.toMatchObject(lost)
  await expect(client.jobs.abort('j')).rejects.toMatchObject(lost)
  await expect(client.jobs.delete('j')).rejects.toMatchObject(lost)
  expect(calls).toEqual(['POST /jobs', 'POST /jobs/j/rerun', 'POST /jobs/j/abort', 'DELETE /jobs/j'])

  calls.length = 0
  await expect(client.jobs.get('j')).rejects.toMatchObject({ code: 'UNREACHABLE' })
  await expect(client.jobs.rename('j', 'n')).rejects.toMatchObject({ code: 'UNREACHABLE' })
  await expect(client.jobs.create({ jobId: 'j' })).rejects.toMatchObject({ code: 'UNREACHABLE' })
  expect(calls).toEqual(['GET /jobs/j', 'GET /jobs/j', 'PATCH /jobs/j/jobname', 'PATCH /jobs/j/jobname', 'POST /jobs', 'POST /jobs'])
})

test('what was refused for the moment cannot have happened, and is sent again', async () => {
  let count = 0
  const { calls, client } = await losing({
    'POST /jobs': (request, response) => responseJson(count++ === 0 ? 429 : 200, { job })(request, response),
  })
  expect(await client.jobs.create({ app: 'up' })).toEqual(job)
  expect(calls).toHaveLength(2)
})

test('a run whose response is lost is looked for before it is sent again', async () => {
  const started = await losing({ 'GET /jobs/j': responseJson(200, { job: { ...job, state: 'JOB_STATE_STARTED' } }) })
  await started.client.jobs.run('j')
  expect(started.calls).toEqual(['POST /jobs/j/run', 'GET /jobs/j'])
  const fresh = await losing({ 'GET /jobs/j': responseJson(200, { job }) })
  await expect(fresh.client.jobs.run('j')).rejects.toMatchObject({ code: 'UNREACHABLE' })
  expect(fresh.calls).toEqual(['POST /jobs/j/run', 'GET /jobs/j', 'POST /jobs/j/run', 'GET /jobs/j'])
})

test.each([
  ['a job', (client: Client) => client.jobs.get('j'), { job: { id: 5 } }],
  ['results', (client: Client) => client.jobs.results('j'), { results: [{ name: 'x' }] }],
  ['a task', (client: Client) => client.jobs.task('j', 0), { task: {} }],
  ['logs', (client: Client) => client.jobs.logs({ jobId: 'j' }), { partitioner: 5 }],
  ['a list', (client: Client) => all(client.jobs.list()), { data: 5 }],
])('%s that breaks the contract is refused', async (_, call, body) => {
  const server = createServer(responseJson(200, body))
  const apiUrl = `http://127.0.0.1:${await listen(server)}/v1`
  const client = createClient({ apiUrl, credentials: { accessToken: 'some-token' }, retries: 0 })
  await expect(call(client)).rejects.toMatchObject({ code: 'INVALID_RESPONSE' })
})

test('events come as they happen, and the loop ends when its reader has enough', async () => {
  const { client, create } = await start()
  const events = client.jobs.events()
  const next = async (): Promise<unknown> => (await within('an event', events.next())).value
  expect(await next()).toEqual({ event: 'missed', data: {} })
  const { id } = await create({ app: 'up' })
  expect(await next()).toMatchObject({ event: 'job', data: { id, state: 'JOB_STATE_NEW' } })
  await client.jobs.delete(id)
  for await (const { event } of events) if (event === 'deleted') break
  expect(await events.next()).toMatchObject({ done: true })
})

test('the end of a job is waited for, and known if it has ended already', async () => {
  const { client, publish, call } = await start()
  await publish('bad', 'exit 3')
  for (const [app, state] of [
    ['up', 'JOB_STATE_COMPLETE'],
    ['bad', 'JOB_STATE_FAILED'],
  ] as const) {
    const { id } = await client.jobs.create({ app, dataSource: { dataSourceDescriptor: 'bypass' } })
    const waiting = client.jobs.ended(id)
    await client.jobs.run(id)
    expect(await within('the end', waiting)).toMatchObject({ id, state })
    expect(await within('the end', client.jobs.ended(id))).toMatchObject({ id, state })
  }
  await expect(within('the refusal', client.jobs.ended('other'))).rejects.toMatchObject({ status: 404 })
  const { id } = await client.jobs.create({ app: 'up' })
  await Promise.all([
    expect(within('the refusal', client.jobs.ended(id))).rejects.toMatchObject({ status: 404 }),
    call(`DELETE /customer/jobs/${id}`),
  ])
})

test('a stream of events that breaks is opened again, and says that it missed some', async () => {
  let count = 0
  const write =
    (text: string, isLast: boolean): RequestListener =>
    (request, response) => {
      request.resume()
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(`:\n\n${text}`)
      if (!isLast) setTimeout(() => response.destroy(), 50)
    }
  const message = (id: string): string => `data: ${JSON.stringify({ result: { event: 'deleted', data: { id } } })}\n\n`
  const { calls, client } = await losing({
    'GET /events?jobId=j': (request, response) => {
      count++
      if (count === 2) return responseJson(503, {})(request, response)
      // An unknown message, one that is cut into lines, and another kind of line.
      write(
        `${message(String(count))}data: nonsense\n\nretry: 5\ndata: {"result":\ndata: {"event":"deleted","data":{"id":"x"}}}\r\n\r\n`,
        count === 3,
      )(request, response)
    },
  })
  const received: JobEventMessage[] = []
  for await (const event of client.jobs.events({ jobId: 'j' })) {
    received.push(event)
    if (received.length === 6) break
  }
  expect(received.map(({ event, data }) => [event, 'id' in data && data.id])).toEqual([
    ['missed', false],
    ['deleted', '1'],
    ['deleted', 'x'],
    ['missed', false],
    ['deleted', '3'],
    ['deleted', 'x'],
  ])
  expect(calls).toHaveLength(3)
})

test('events of a platform that is gone, that refuses, or that sends something else are errors', async () => {
  const next = (client: Client): Promise<unknown> => within('the error', client.jobs.events({ jobId: 'j' }).next())
  await expect(next((await losing({})).client)).rejects.toMatchObject({ code: 'UNREACHABLE' })
  const refusing = await losing({ 'GET /events?jobId=j': responseJson(404, { ok: false, message: 'no' }) })
  await expect(next(refusing.client)).rejects.toMatchObject({ code: 'REFUSED', status: 404 })
  const other = await losing({ 'GET /events?jobId=j': responseJson(200, {}) })
  await expect(next(other.client)).rejects.toMatchObject({ code: 'INVALID_RESPONSE' })
  const stop = new AbortController()
  const silent = await losing(
    { 'GET /events?jobId=j': (_, response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n') },
    { timeout: { idle: 300 }, retries: 0, signal: stop.signal },
  )
  // Silence is a break like any other, so it connects again.
  const events = silent.client.jobs.events({ jobId: 'j' })
  for (const connections of [1, 2]) {
    expect(await within('an event', events.next())).toMatchObject({ value: { event: 'missed' } })
    expect(silent.calls).toHaveLength(connections)
  }
  const waiting = events.next()
  stop.abort(new Error('enough'))
  await expect(within('the end', waiting)).rejects.toThrow('enough')
})

test('heartbeats keep a stream of events open, however few bytes they are', async () => {
  const { calls, client } = await losing(
    {
      'GET /events': (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n')
        let beats = 0
        const timer = setInterval(() => {
          response.write(++beats < 15 ? ':\n\n' : 'data: {"result":{"event":"deleted","data":{"id":"x"}}}\n\n')
        }, 100)
        response.on('close', () => clearInterval(timer))
      },
    },
    { timeout: { idle: 500 } },
  )
  const received: string[] = []
  for await (const { event } of client.jobs.events()) if (received.push(event) === 2) break
  expect(received).toEqual(['missed', 'deleted'])
  expect(calls).toHaveLength(1)
})

test('a signal ends events with its reason', async () => {
  const { platform } = await start()
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const client = createClient({ apiUrl: platform.apiUrl, credentials: { apiKey: platform.apiKey }, signal: stop.signal })
  const events = client.jobs.events()
  await within('the start', events.next())
  const waiting = events.next()
  const reason = new Error('enough')
  stop.abort(reason)
  await expect(within('the end', waiting)).rejects.toBe(reason)
})

test('a download that breaks leaves no file, and starts over', async () => {
  let count = 0
  const { client } = await losing({})
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-length': '6' }).write('abc')
    if (count++ > 0) response.end('def')
    else setTimeout(() => response.destroy(), 50)
  })
  const link = `http://127.0.0.1:${await listen(server)}/result?signature=x`
  const file = join(await temporaryDirectory(), 'out.txt')
  expect(await client.jobs.download({ name: 'out.txt', link }, file)).toBe(6)
  expect(await readFile(file, 'utf8')).toBe('abcdef')
  expect(count).toBe(2)
})
