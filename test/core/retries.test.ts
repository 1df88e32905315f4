import { setTimeout } from 'node:timers/promises'
import { createClient, type ClientOptions } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { responseJson, serveStub } from '../helpers/stub-platform.ts'
import { waitFor, within } from '../helpers/wait-for.ts'

// Most of this waits for one thing or the other, so it waits at the same time.

/** A platform that gives these responses to what is asked for, one after the other, and the last one for ever. */
async function stub(
  responses: { status: number; body?: unknown; headers?: Record<string, string> }[],
  options: Partial<ClientOptions> = {},
) {
  const times: number[] = []
  const apiUrl = await serveStub(responseJson(500, ''), (request, response) => {
    const { status, body = {}, headers = {} } = responses[Math.min(times.length, responses.length - 1)] ?? { status: 500 }
    times.push(performance.now())
    responseJson(status, body, headers)(request, response)
  })
  const warnings: string[] = []
  const client = createClient({
    apiUrl,
    credentials: { accessToken: 'some-token' },
    onWarning: (message) => warnings.push(message),
    ...options,
  })
  return { client, times, warnings }
}

/** Milliseconds by which a timer may be early, as another clock sees it. */
const EARLY = 10

test.concurrent.each([408, 429, 500, 502, 503, 504])('%d is tried again, with a warning', async (status) => {
  const { client, times, warnings } = await stub([{ status }, { status: 200 }])
  expect(await client.getInfo()).toEqual({})
  expect(times).toHaveLength(2)
  expect(warnings).toEqual([
    expect.stringMatching(
      new RegExp(`^GET \\S+/v1/dev/info (?:was refused|failed) with ${status}\\. Trying again in 0\\.\\d+ s \\(attempt 2 of 4\\)\\.$`),
    ),
  ])
})

test.concurrent.each([
  [400, 'REFUSED', /Fix what the platform reports above, then build again/],
  [401, 'UNAUTHORIZED', /Check BYTENITE_API_KEY, or create a new key/],
  [403, 'REFUSED', /Use a key of the account that owns the app/],
  [404, 'REFUSED', /Check the tag, and the API address/],
  [407, 'REFUSED', /HTTPS_PROXY/],
  [409, 'REFUSED', /bump the version/],
  [413, 'REFUSED', /Skip files with the option "exclude"/],
  [418, 'REFUSED', /check the API address/],
  [301, 'INVALID_RESPONSE', /but redirects are not followed.*\n.*BYTENITE_API_URL/],
  [501, 'PLATFORM_ERROR', /Try again later/],
])('%d is final, and its error %s says what to do', async (status, code, message) => {
  const { client, times } = await stub([{ status }])
  await expect(client.getInfo()).rejects.toMatchObject({ code, status, message: expect.stringMatching(message) as string })
  expect(times).toHaveLength(1)
})

test.concurrent.each([
  [408, 'REFUSED', /timed out waiting/],
  [429, 'REFUSED', /Too many requests/],
  [500, 'PLATFORM_ERROR', /Try again later/],
])('%d that stays is an error of the last attempt', async (status, code, message) => {
  const { client, times } = await stub([{ status, body: { requestId: `r-${status}`, error: { description: 'why' } } }], { retries: 1 })
  await expect(client.getInfo()).rejects.toMatchObject({
    code,
    status,
    requestId: `r-${status}`,
    message: expect.stringMatching(message) as string,
  })
  await expect(client.getInfo()).rejects.toThrow(`${status}: why (2 attempts).`)
  expect(times).toHaveLength(4)
})

test.concurrent('Retry-After in seconds is honoured', async () => {
  const { client, times } = await stub([{ status: 503, headers: { 'retry-after': '1' } }, { status: 200 }])
  await client.getInfo()
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(1_000 - EARLY)
})

test.concurrent('Retry-After as a date is honoured', async () => {
  // Without milliseconds: between one second and two from now.
  const date = new Date(Date.now() + 2_000).toUTCString()
  const { client } = await stub([{ status: 503, headers: { 'retry-after': date } }, { status: 200 }])
  await client.getInfo()
  expect(Date.now()).toBeGreaterThan(Date.parse(date) - EARLY)
})

test.concurrent.each(['nonsense', '-5', ''])('Retry-After of "%s" is ignored', async (retryAfter) => {
  const { client, times } = await stub([{ status: 503, headers: { 'retry-after': retryAfter } }, { status: 200 }])
  await client.getInfo()
  expect(times).toHaveLength(2)
})

test.concurrent('a wait that is longer than all waits may be is not begun', async () => {
  const { client, times } = await stub([{ status: 503, headers: { 'retry-after': '86400' } }], { timeout: { total: 30_000 } })
  await expect(client.getInfo()).rejects.toMatchObject({ status: 503 })
  expect(times).toHaveLength(1)
})

test.concurrent('the wait that a platform may ask for has an upper limit', async () => {
  const stop = new AbortController()
  const { client, warnings } = await stub([{ status: 503, headers: { 'retry-after': '86400' } }], { signal: stop.signal })
  const asking = client.getInfo()
  await waitFor('the warning', () => warnings.length)
  expect(warnings).toEqual([expect.stringContaining('Trying again in 60 s')])
  stop.abort(new Error('stopped by the test'))
  await expect(within('the end of the waiting', asking, { timeout: 30_000 })).rejects.toThrow('stopped by the test')
})

test.concurrent('waits grow', async () => {
  const { client, times } = await stub([{ status: 500 }])
  await expect(client.getInfo()).rejects.toMatchObject({ status: 500 })
  const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  expect(waits).toHaveLength(3)
  // Half of 0.5 s, 1 s and 2 s at the least, for the jitter.
  for (const [index, least] of [250, 500, 1000].entries()) expect(waits[index]).toBeGreaterThan(least - EARLY)
})

test.concurrent.each([
  ['no single wait is longer than all of them may be', { response: 60_000, total: 300 }, /did not respond within 0\.3 s\.\n/],
  // The shortest pause before a second attempt would be longer than what is left.
  ['what was waited for counts', { response: 600, total: 800 }, /did not respond within 0\.6 s\.\n/],
  // Timers that are late, by more than a second even, leave enough for a second attempt, and never for a third.
  ['what is left is used', { response: 1_500, total: 3_000 }, /did not respond within [\d.]+ s \(2 attempts\)\.\n/],
])('a platform that stays silent is given up in time, however many retries there are: %s', async (_, timeout, message) => {
  const apiUrl = await serveStub(
    () => {},
    () => {},
  )
  const client = createClient({ apiUrl, credentials: { accessToken: 'some-token' }, retries: 100, timeout })
  await expect(client.getInfo()).rejects.toMatchObject({ code: 'UNREACHABLE', message: expect.stringMatching(message) as string })
})

test.concurrent('a response that trickles is not waited for longer than for the whole response', async () => {
  const apiUrl = await serveStub(
    () => {},
    async (_, response) => {
      response.writeHead(200)
      while (!response.destroyed) {
        response.write(' ')
        await setTimeout(20)
      }
    },
  )
  const client = createClient({ apiUrl, credentials: { accessToken: 'some-token' }, retries: 0, timeout: { response: 300 } })
  await expect(client.getInfo()).rejects.toThrow(/did not respond within 0\.3 s/)
})

test.concurrent('a response without an end is not read for ever', async () => {
  const apiUrl = await serveStub(
    () => {},
    async (_, response) => {
      response.writeHead(200)
      while (!response.destroyed) {
        response.write('x'.repeat(1_000_000))
        await setTimeout(1)
      }
    },
  )
  const client = createClient({ apiUrl, credentials: { accessToken: 'some-token' }, retries: 0 })
  await expect(client.getInfo()).rejects.toMatchObject({
    code: 'INVALID_RESPONSE',
    message: expect.stringContaining('more than 16 MiB') as string,
  })
})

test.concurrent('a response of 200 that says no is a refusal', async () => {
  const { client } = await stub([{ status: 200 }])
  const apiUrl = await serveStub(responseJson(200, { ok: false, requestId: 'r-1', message: 'not yet', error: { code: '9' } }))
  const activating = createClient({ apiUrl, credentials: { accessToken: 'some-token' } }).apps.activate('app')
  await expect(activating).rejects.toMatchObject({
    code: 'REFUSED',
    requestId: 'r-1',
    message: expect.stringMatching(/was refused, despite status 200: not yet/) as string,
  })
  expect(await client.getInfo()).toEqual({})
})

test.concurrent('a signal ends a request and its waiting at once', async () => {
  const stop = new AbortController()
  const { client, warnings } = await stub([{ status: 503, headers: { 'retry-after': '50' } }], { signal: stop.signal })
  const waiting = client.getInfo()
  await waitFor('the warning', () => warnings.length)
  stop.abort(new Error('stopped by the test'))
  await expect(within('the end of the waiting', waiting, { timeout: 30_000 })).rejects.toThrow('stopped by the test')
  await expect(client.getInfo()).rejects.toThrow('stopped by the test')
})

test.concurrent('a signal ends a request that is on its way', async () => {
  const stop = new AbortController()
  let hasArrived = false
  const apiUrl = await serveStub(
    () => {},
    () => void (hasArrived = true),
  )
  const client = createClient({ apiUrl, credentials: { accessToken: 'some-token' }, signal: stop.signal })
  const asking = client.getInfo()
  await waitFor('the request', () => hasArrived)
  stop.abort(new Error('stopped by the test'))
  await expect(within('the end of the request', asking, { timeout: 30_000 })).rejects.toThrow('stopped by the test')
})

test.concurrent('a redirect is not followed, so that credentials stay where they belong', async () => {
  let strangers = 0
  const stranger = await serveStub(responseJson(200, {}), (request, response) => {
    strangers++
    responseJson(200, {})(request, response)
  })
  const { client } = await stub([{ status: 308, headers: { location: `${stranger}/dev/info?from=here` } }])
  await expect(client.getInfo()).rejects.toThrow(`was redirected to ${new URL(stranger).origin} (308), but redirects are not followed`)
  expect(strangers).toBe(0)
})
