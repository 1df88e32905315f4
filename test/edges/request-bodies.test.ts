import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { Agent, request as createRequest } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { onTestFinished } from '../helpers/current-test.ts'
import { accessToken, startPlatform } from '../helpers/platform.ts'
import { sendRequest } from '../helpers/send-request.ts'
import { serve } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor, within } from '../helpers/wait-for.ts'

const MB = 1_000_000

function* pieces(total: number, piece: string | Buffer): Generator<string | Buffer> {
  for (let sent = 0; sent < total; sent += piece.length) yield piece
}

async function* stallAfter(piece: string): AsyncGenerator<string> {
  yield piece
  await new Promise(() => {})
}

/** `bytenite-local serve` as a process of its own, whose memory can be measured. */
async function startServer() {
  const directory = await temporaryDirectory()
  const program = await serve(['--port', '0', '--dir', directory])
  const { BYTENITE_API_URL: apiUrl = '', BYTENITE_API_KEY: apiKey = '' } = program.exports()
  const token = await accessToken(apiUrl, apiKey)
  /** The most that it ever had in memory, in bytes. */
  const peakMemory = async (): Promise<number> => {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${program.pid}/status`, 'utf8')) ?? []
    return Number(kilobytes) * 1024
  }
  return { program, directory, apiUrl, token, peakMemory }
}

const isLinux = process.platform === 'linux'

test.runIf(isLinux)('bodies of 100 MB to where no token is needed do not fill the memory', { timeout: 120_000 }, async () => {
  const { apiUrl, peakMemory } = await startServer()
  const before = await peakMemory()
  for (const headers of [{ 'content-length': String(100 * MB) }, {}]) {
    for (const path of ['auth/access_token', 'dev/apps', 'dev/templates', 'nowhere']) {
      const body = pieces(100 * MB, Buffer.alloc(MB, `{"apiKey":"`))
      const { status } = await sendRequest(`${apiUrl}/${path}`, { method: 'POST', headers, body })
      expect(status, path).toBe({ 'auth/access_token': 413, nowhere: 404 }[path] ?? 401)
    }
  }
  expect((await peakMemory()) - before).toBeLessThan(40 * MB)
})

test.runIf(isLinux).each<[string, string, string, number]>([
  ['a key', '{"', 'k', 400],
  ['a number', '{"n":', '1', 400],
  ['arrays within arrays', '', '[', 400],
  ['objects within objects', '{"a":', '{"a":', 400],
  ['a string that is not the archive', '{"other":"', 's', 400],
])('an upload that is %s without end does not fill the memory', { timeout: 120_000 }, async (_, start, repeated, expected) => {
  const { apiUrl, token, peakMemory } = await startServer()
  const before = await peakMemory()
  async function* body(): AsyncGenerator<string> {
    yield start
    yield* pieces(100 * MB, repeated.repeat(MB / 10)) as Generator<string>
  }
  const { status } = await sendRequest(`${apiUrl}/dev/apps`, { method: 'POST', headers: { authorization: token }, body: body() })
  expect(status).toBe(expected)
  expect((await peakMemory()) - before).toBeLessThan(60 * MB)
})

test('JSON is limited to 1 MiB, and the request for a token to 64 KiB, however the body is sent', async () => {
  const { apiUrl, apiKey } = await startPlatform()
  const authorization = await accessToken(apiUrl, apiKey)
  const post = (path: string, size: number, isChunked: boolean) => {
    const start = JSON.stringify({ apiKey, id: 't', app: 'a' }).slice(0, -1)
    const body = `${start},"filling":"`.padEnd(size - 2, 'x') + '"}'
    const headers: Record<string, string> = { authorization, ...(!isChunked && { 'content-length': String(size) }) }
    return sendRequest(`${apiUrl}/${path}`, { method: 'POST', headers, body: isChunked ? [body.slice(0, 1000), body.slice(1000)] : body })
  }
  for (const isChunked of [false, true]) {
    expect(await post('auth/access_token', 65_536, isChunked)).toMatchObject({ status: 200 })
    expect(await post('auth/access_token', 65_537, isChunked)).toMatchObject({ status: 413, reason: 'the body is larger than 64 KiB' })
    expect(await post('dev/templates', 1_048_576, isChunked)).toMatchObject({ status: 200 })
    expect(await post('dev/templates', 1_048_577, isChunked)).toMatchObject({ status: 413, reason: 'the body is larger than 1024 KiB' })
  }
})

test('a connection can be used again after a body that was too large', async () => {
  const { apiUrl } = await startPlatform()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  for (const headers of [{ 'content-length': String(2 * MB) }, {}]) {
    const body = pieces(2 * MB, 'x'.repeat(MB / 10))
    const options = { method: 'POST', agent, headers, body }
    expect(await sendRequest(`${apiUrl}/auth/access_token`, options)).toMatchObject({ status: 413 })
  }
  const request = createRequest(`${apiUrl}/dev/info`, { agent }).end()
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream]
  await text(response)
  expect(request.reusedSocket).toBe(true)
})

test.each([
  ['content-length: 4000000', 'keep-alive'],
  ['content-length: 4000000', 'close'],
  ['transfer-encoding: chunked', 'keep-alive'],
  ['transfer-encoding: chunked', 'close'],
])('a client that reads only after it has sent everything gets the response (%s, connection: %s)', async (header, connection) => {
  const { apiUrl } = await startPlatform()
  const isChunked = header.endsWith('chunked')
  const socket = connect(Number(new URL(apiUrl).port), '127.0.0.1').pause()
  onTestFinished(() => void socket.destroy())
  const send = (data: string): Promise<void> =>
    new Promise((done, fail) => void socket.write(data, (error) => (error ? fail(error) : done())))
  await send(`POST /v1/auth/access_token HTTP/1.1\r\nhost: localhost\r\nconnection: ${connection}\r\n${header}\r\n\r\n`)
  for (const piece of pieces(4 * MB, 'x'.repeat(MB / 10))) {
    await send(isChunked ? `${piece.length.toString(16)}\r\n${String(piece)}\r\n` : String(piece))
  }
  if (isChunked) await send('0\r\n\r\n')
  let received = ''
  socket
    .setEncoding('utf8')
    .on('data', (data: string) => (received += data))
    .resume()
  await waitFor('the response', () => received.includes('the body is larger than 64 KiB'))
  expect(received).toMatch(/^HTTP\/1\.1 413 /)
})

test('an upload that stalls is given up with a reason, and leaves nothing', async () => {
  const platform = await startPlatform({ idleTimeout: 800 })
  const authorization = await accessToken(platform.apiUrl, platform.apiKey)
  const options = { method: 'POST', headers: { authorization }, body: stallAfter(`{"data":"${'A'.repeat(100_000)}`) }
  const responding = sendRequest(`${platform.apiUrl}/dev/apps`, options)
  expect(await within('a response to the stalled upload', responding)).toMatchObject({
    status: 408,
    reason: 'nothing of the body arrived for 0.8 seconds',
  })
  expect(await readdir(join(platform.directory, 'incoming'))).toEqual([])
  expect(await platform.uploads()).toEqual([])
})

test.each([
  ['headers', 'POST /v1/auth/access_token HTTP/1.1\r\nhost: local', /^HTTP\/1\.1 408 /],
  [
    'a request for a token',
    'POST /v1/auth/access_token HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{"apiKey"',
    /^HTTP\/1\.1 408 [^]*nothing of the body arrived for 0\.8 seconds/,
  ],
])('a connection that stalls in %s is closed, with a response', async (_, sent, expected) => {
  const { apiUrl } = await startPlatform({ idleTimeout: 800 })
  const socket = connect(Number(new URL(apiUrl).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.write(sent)
  expect(await within('the end of the connection', text(socket))).toMatch(expected)
})

test('an upload that is slow, but goes on, may take longer than any timeout', async () => {
  const platform = await startPlatform({ idleTimeout: 2_000 })
  const authorization = await accessToken(platform.apiUrl, platform.apiKey)
  const started = performance.now()
  async function* body(): AsyncGenerator<string> {
    yield '{"data":"'
    while (performance.now() - started < 4_000) {
      yield 'QUJD'
      await sleep(50)
    }
    yield '"}'
  }
  const response = await sendRequest(`${platform.apiUrl}/dev/apps`, { method: 'POST', headers: { authorization }, body: body() })
  expect(performance.now() - started).toBeGreaterThan(4_000)
  expect(response).toMatchObject({ status: 400, reason: expect.stringContaining('not a tar') as string })
})

test('a client that goes away in an upload is not reported', async () => {
  const { program, directory, apiUrl, token } = await startServer()
  const printed = program.output()
  const request = createRequest(`${apiUrl}/dev/apps`, { method: 'POST', headers: { authorization: token } })
  request.on('error', () => {})
  request.write(`{"data":"${'A'.repeat(100_000)}`)
  const incoming = (): Promise<string[]> => readdir(join(directory, 'incoming'))
  await waitFor('the upload to be kept', async () => (await incoming()).length === 1)
  request.destroy()
  await waitFor('the upload to be gone', async () => (await incoming()).length === 0)
  // The response to this comes after whatever is printed about the other.
  expect(await sendRequest(`${apiUrl}/dev/info`, { headers: { authorization: token } })).toMatchObject({ status: 200 })
  expect(program.output()).toBe(printed)
})

test.each([0, -1, NaN, 2 ** 31])('the idle timeout %d is refused', async (idleTimeout) => {
  await expect(startPlatform({ idleTimeout })).rejects.toMatchObject({ code: 'INVALID_OPTION', message: /idleTimeout/ })
})
