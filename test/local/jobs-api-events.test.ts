import { once } from 'node:events'
import { connect } from 'node:net'
import type { JobEventMessage } from 'bytenite-uploader/wire-jobs'
import { expect, test, vi } from 'vitest'
import type { JobEvent, Jobs } from '../../packages/local/dist/jobs/jobs.js'
import { streamEvents } from '../../packages/local/dist/server/jobs/job-events.js'
import { onTestFinished } from '../helpers/current-test.ts'
import { createWithFile, SPLIT_LINES, startJobApi, UPPER, type JobApi } from '../helpers/job-api.ts'
import { waitFor, within } from '../helpers/wait-for.ts'

interface Listening {
  messages: JobEventMessage[]
  text(): string
  response: Response
  /** Resolves at the end of the stream, however it ends. */
  ended: Promise<void>
}

/** Listens to events as a browser does. */
async function listenTo({ platform, token }: JobApi, query = ''): Promise<Listening> {
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const response = await fetch(`${platform.apiUrl}/customer/events${query}`, { headers: { authorization: token }, signal: stop.signal })
  const messages: JobEventMessage[] = []
  let text = ''
  const ended = (async () => {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString()
      messages.splice(
        0,
        messages.length,
        ...Array.from(text.matchAll(/^data: (.*)\n\n/gm), ([, json = '']) => (JSON.parse(json) as { result: JobEventMessage }).result),
      )
    }
  })().catch(() => {})
  await waitFor('the start', () => text !== '')
  return { messages, text: () => text, response, ended }
}

const states = ({ messages }: Listening, id: string): string[] =>
  messages.flatMap((message) => (message.event === 'job' && message.data.id === id ? [message.data.state] : []))

test('events tell the life of a job, its tasks and its deletion', async () => {
  const api = await startJobApi()
  await api.publish('split', SPLIT_LINES, { type: 'partitioner' })
  await api.publish('up', UPPER)
  const all = await listenTo(api)
  expect(Object.fromEntries(all.response.headers)).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const { id } = await createWithFile(api, 'a\nb\nc\n', { app: 'up', partitioner: 'split' })
  const one = await listenTo(api, `?jobId=${id}`)
  const other = await api.create({ app: 'up' })
  await api.call(`POST /customer/jobs/${id}/run`)
  await api.ended(id)
  for (const listening of [all, one]) await waitFor('the end', () => states(listening, id).at(-1) === 'JOB_STATE_COMPLETE')
  await api.call(`DELETE /customer/jobs/${id}`)
  for (const listening of [all, one]) {
    await waitFor('the deletion', () => listening.messages.some(({ event, data }) => event === 'deleted' && data.id === id))
    const tasks = listening.messages.flatMap((message) => (message.event === 'task' ? [message.data] : []))
    expect(new Set(tasks.filter(({ state }) => state === 'Completed').map(({ chunk }) => chunk))).toEqual(new Set([0, 1, 2]))
    // Each message is one JSON object, alone in its event.
    for (const event of listening.text().split('\n\n').filter(Boolean))
      expect(event).toMatch(/^(?:data: \{"result":\{"event":"\w+","data":\{.*\}\}\}|:)$/)
  }
  expect(states(all, other.id)).toEqual(['JOB_STATE_NEW'])
  expect(states(one, other.id)).toEqual([])
  expect(one.messages.find(({ event }) => event === 'job')?.data).toMatchObject({ templateInfo: null, paymentAmount: 0 })
})

test('a platform that closes ends all streams', async () => {
  const api = await startJobApi()
  const { ended } = await listenTo(api)
  await within('the platform to close', api.platform.close())
  await within('the end of the stream', ended)
})

/** A stream of events of its own, without a server. */
function streamOf(options: { jobId?: string } = {}) {
  const listeners = new Set<(event: JobEvent) => void>()
  const jobs = {
    subscribe(listener: (event: JobEvent) => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  } as Pick<Jobs, 'subscribe'> as Jobs
  const stop = new AbortController()
  const stream = streamEvents(jobs, { jobId: options.jobId, toMessage: (event) => event as JobEventMessage, signal: stop.signal })
  const next = async (): Promise<string> => String((await within('a message', stream.next())).value)
  return { listeners, stop, stream, next, emit: (event: object) => listeners.forEach((listener) => listener(event as JobEvent)) }
}

const task = (id: number, state: string): object => ({ event: 'task', data: { id: `t${id}`, jobId: 'j', state } })

test('of several events about one task, a client that is slow gets the last one', async () => {
  const { next, emit } = streamOf()
  expect(await next()).toBe(':\n\n')
  for (const state of ['Received', 'Running', 'Completed']) for (const id of [1, 2]) emit(task(id, state))
  emit({ event: 'job', data: { id: 'j', state: 'JOB_STATE_NEW' } })
  emit({ event: 'deleted', data: { id: 'j' } })
  const messages = (await next())
    .trimEnd()
    .split('\n\n')
    .map((text) => JSON.parse(text.slice('data: '.length)) as unknown)
  expect(messages).toEqual([
    { result: task(1, 'Completed') },
    { result: task(2, 'Completed') },
    { result: { event: 'deleted', data: { id: 'j' } } },
  ])
})

test('of too many events, a client that does not read gets to know only that it missed them', async () => {
  const { next, emit } = streamOf()
  await next()
  for (let id = 0; id < 5_500; id++) emit(task(id, 'Running'))
  const messages = (await next()).trimEnd().split('\n\n')
  expect(messages.length).toBeLessThanOrEqual(1001)
  expect(messages[0]).toBe('data: {"result":{"event":"missed","data":{}}}')
  expect(messages.at(-1)).toContain('"t5499"')
  emit(task(1, 'Completed'))
  expect(await next()).toContain('"Completed"')
})

test('events gather for a moment, but the end of the only job is told at once', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const end = { event: 'job', data: { id: 'j', state: 'JOB_STATE_COMPLETE', endedAt: '2026-01-01T00:00:00Z' } }
  for (const [options, isAtOnce] of [
    [{ jobId: 'j' }, true],
    [{}, false],
  ] as const) {
    const { stream, emit } = streamOf(options)
    await stream.next()
    emit(task(1, 'Running'))
    await stream.next()
    let received = ''
    void stream.next().then(({ value }) => (received = String(value)))
    emit(task(1, 'Completed'))
    await vi.advanceTimersByTimeAsync(20)
    expect(received).toBe('')
    emit(end)
    await vi.advanceTimersByTimeAsync(0)
    expect(received.includes('COMPLETE')).toBe(isAtOnce)
    await vi.advanceTimersByTimeAsync(100)
    expect(received).toMatch(/Completed[^]*COMPLETE/)
  }
})

test('a stream without events has heartbeats', async () => {
  const { stream } = streamOf()
  await stream.next()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  let received: unknown
  const waiting = stream.next().then(({ value }) => (received = value))
  await vi.advanceTimersByTimeAsync(9_000)
  expect(received).toBeUndefined()
  await vi.advanceTimersByTimeAsync(2_000)
  await waiting
  expect(received).toBe(':\n\n')
})

test('a stream ends at its signal, also while it waits, and lets go of the jobs', async () => {
  const { next, stop, stream, listeners } = streamOf()
  await next()
  expect(listeners.size).toBe(1)
  const waiting = stream.next()
  stop.abort()
  await within('the end', waiting)
  expect(await within('the end', stream.next())).toMatchObject({ done: true })
  expect(listeners.size).toBe(0)
})

test('a client that never reads is not waited for', async () => {
  const api = await startJobApi()
  await api.publish('up', UPPER)
  const { port } = new URL(api.platform.apiUrl)
  const socket = connect(Number(port), '127.0.0.1').pause()
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  socket.write(`GET /v1/customer/events HTTP/1.1\r\nhost: localhost\r\nauthorization: ${api.token}\r\n\r\n`)
  const { state } = await api.finish({ app: 'up', dataSource: { dataSourceDescriptor: 'bypass' } })
  expect(state).toBe('JOB_STATE_COMPLETE')
  await within('the platform to close', api.platform.close())
})
