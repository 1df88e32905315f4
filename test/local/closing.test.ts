import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createLocalPlatform, type LocalPlatform } from 'bytenite-local'
import { expect, test } from 'vitest'
import { onTestFinished } from '../helpers/current-test.ts'
import { uploadBody } from '../helpers/local-store.ts'
import { accessToken } from '../helpers/platform.ts'
import { sendRequest } from '../helpers/send-request.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor, within } from '../helpers/wait-for.ts'

interface SlowUpload {
  platform: LocalPlatform
  apiUrl: string
  socket: Socket
  /** What is left to send. */
  rest: string
  received(): string
}

/** A platform that has received half of an upload. */
async function startUpload(): Promise<SlowUpload> {
  const directory = await temporaryDirectory()
  const platform = createLocalPlatform({ directory })
  onTestFinished(() => platform.close())
  const { apiUrl, port } = await platform.listen()
  const token = await accessToken(apiUrl, platform.apiKey)
  const body = await uploadBody('x')
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => socket.destroy())
  let received = ''
  socket.setEncoding('utf8').on('data', (text: string) => (received += text))
  const head = `POST /v1/dev/apps HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${token}\r\nContent-Length: ${body.length}\r\n\r\n`
  const half = body.length / 2
  socket.write(head + body.slice(0, half))
  await waitFor('the upload to begin', async () => (await readdir(join(directory, 'incoming'))).length)
  return { platform, apiUrl, socket, rest: body.slice(half), received: () => received }
}

test('a request under way may end while the platform closes, and those that come then are refused', async () => {
  const { platform, apiUrl, socket, rest, received } = await startUpload()
  const closed = platform.close({ grace: 30_000 })
  const { host } = new URL(apiUrl)
  for (const path of ['/healthz', '/v1/customer/jobs']) expect(await sendRequest(`http://${host}${path}`)).toMatchObject({ status: 503 })
  socket.write(`${rest}GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  await within('the end of the platform', closed)
  await waitFor('both responses', () => received().split('HTTP/1.1').length === 3)
  expect(received()).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*"name":"app"[^]*HTTP\/1\.1 503 Service Unavailable\r\n[^]*the platform is stopping/)
  expect(received()).toMatch(/503[^]*\r\nconnection: close\r\n/i)
})

test('a request that takes longer is cut off, and leaves nothing', async () => {
  const { platform, socket, received } = await startUpload()
  const ended = once(socket, 'close')
  socket.on('error', () => {})
  await within('the end of the platform', platform.close({ grace: 100 }), { timeout: 5_000 })
  await ended
  expect(received()).toBe('')
  await waitFor('the file to be gone', async () => (await readdir(join(platform.directory, 'incoming'))).length === 0)
})

test('without a grace, requests under way are cut off at once', async () => {
  const { platform } = await startUpload()
  await within('the end of the platform', platform.close(), { timeout: 2_000 })
})

test('a stream of events is not waited for', async () => {
  const platform = createLocalPlatform({ directory: await temporaryDirectory() })
  onTestFinished(() => platform.close())
  const { apiUrl } = await platform.listen()
  const response = await fetch(`${apiUrl}/customer/events`, { headers: { authorization: await accessToken(apiUrl, platform.apiKey) } })
  expect(response.status).toBe(200)
  await within('the end of the platform', platform.close({ grace: 30_000 }), { timeout: 5_000 })
  await expect(response.text()).rejects.toThrow('terminated')
})
