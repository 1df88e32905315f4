import { createLocalPlatform } from 'bytenite-local'
import { expect, test } from 'vitest'
import { accessToken, startPlatform } from '../helpers/platform.ts'
import { outputProject, publishProject } from '../helpers/publish.ts'
import { sendRequest } from '../helpers/send-request.ts'
import { serve } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

/** A request of each route, one that does not exist among them. */
const requests = [
  'POST /v1/auth/access_token',
  'GET /v1/dev/info',
  'POST /v1/dev/apps',
  'GET /v1/dev/engines',
  'POST /v1/dev/templates',
  'OPTIONS /v1/dev/apps',
  'GET /downloads/x.tar',
  'HEAD /downloads/x.tar',
  'GET /nowhere',
]

function split(request: string): { method: string; path: string } {
  const [method = '', path = ''] = request.split(' ')
  return { method, path }
}

test.each(['localhost', 'localhost:1', 'LocalHost:65535', '127.0.0.1:80', '127.1.2.3', '127.1', '[::1]', '[::1]:2983'])(
  'the host %s is this machine',
  async (host) => {
    const { apiUrl, apiKey } = await startPlatform()
    const authorization = await accessToken(apiUrl, apiKey)
    expect(await sendRequest(`${apiUrl}/dev/info`, { headers: { host, authorization } })).toMatchObject({ status: 200 })
  },
)

test.each([
  'evil.example',
  'evil.example:2983',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  'notlocalhost',
  '0.0.0.0:2983',
  '192.168.1.2',
  '[fe80::1]',
])('requests to the host %s are refused on every route', async (host) => {
  const { apiUrl, apiKey } = await startPlatform()
  const headers = { host, authorization: await accessToken(apiUrl, apiKey) }
  for (const request of requests) {
    const { status, reason } = await sendRequest(apiUrl, { ...split(request), headers })
    expect(status, request).toBe(421)
    if (!request.startsWith('HEAD')) expect(reason).toMatch(/^this platform does not serve the host .*--public-url http:\/\//)
  }
})

test.each(['[::ffff:127.0.0.1]', 'a b', 'localhost:99999'])(
  'the host %s, which is spelled in an unusual way or invalid, is refused',
  async (host) => {
    const { apiUrl, apiKey } = await startPlatform()
    const headers = { host, authorization: await accessToken(apiUrl, apiKey) }
    expect(await sendRequest(`${apiUrl}/dev/info`, { headers })).toMatchObject({ status: 400 })
  },
)

test('the host of a request to an absolute address counts', async () => {
  const { apiUrl } = await startPlatform()
  const { status, reason } = await sendRequest(apiUrl, { path: 'http://evil.example/v1/dev/info', headers: { host: 'localhost' } })
  expect({ status, reason }).toMatchObject({ status: 421, reason: expect.stringContaining('evil.example') as string })
})

test.each(['https://evil.example', 'http://localhost:3000', 'http://127.0.0.1', 'null', 'file://', 'chrome-extension://x'])(
  'requests from the site %s are refused on every route, without a word that a browser would let it read',
  async (origin) => {
    const { apiUrl, apiKey } = await startPlatform()
    const headers = { origin, authorization: await accessToken(apiUrl, apiKey) }
    for (const request of requests) {
      const body = request.startsWith('POST') ? JSON.stringify({ apiKey }) : []
      const response = await sendRequest(apiUrl, { ...split(request), headers, body })
      expect(response.status, request).toBe(403)
      if (!request.startsWith('HEAD')) expect(response.reason).toBe(`requests from other sites are refused; this one is from ${origin}`)
      expect(Object.keys(response.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    }
  },
)

test("requests from the platform's own origin are accepted", async () => {
  const { apiUrl, apiKey } = await startPlatform({ publicUrls: ['https://platform.example'] })
  const exchange = (headers: Record<string, string>) =>
    sendRequest(`${apiUrl}/auth/access_token`, { method: 'POST', headers, body: JSON.stringify({ apiKey }) })
  const host = 'platform.example'
  expect(await exchange({ origin: new URL(apiUrl).origin })).toMatchObject({ status: 200 })
  expect(await exchange({ host, origin: 'https://platform.example' })).toMatchObject({ status: 200 })
  expect(await exchange({ host, origin: 'http://platform.example' })).toMatchObject({ status: 403 })
  expect(await exchange({ host, origin: new URL(apiUrl).origin })).toMatchObject({ status: 403 })
})

test('a public URL is served, and download links start with the one that the client uses', async () => {
  const platform = await startPlatform({ publicUrls: ['https://platform.example', 'http://BOX.local:2983/'] })
  await publishProject(await outputProject({ 'main.js': 'x' }), platform)
  const authorization = await accessToken(platform.apiUrl, platform.apiKey)
  const baseOfLink = async (host: string): Promise<string | number> => {
    const { status, body } = await sendRequest(`${platform.apiUrl}/dev/apps/app/download`, {
      headers: { host, authorization },
    })
    if (status !== 200) return status
    const { origin, pathname, search } = new URL((JSON.parse(body.toString()) as { message: string }).message)
    const download = await sendRequest(platform.apiUrl, { path: pathname + search, headers: { host } })
    expect(download).toMatchObject({ status: 200, headers: { 'content-type': 'application/x-tar' } })
    return origin
  }
  expect(await baseOfLink('platform.example')).toBe('https://platform.example')
  expect(await baseOfLink('platform.example:443')).toBe('https://platform.example')
  expect(await baseOfLink('box.local:2983')).toBe('http://box.local:2983')
  expect(await baseOfLink('localhost:8080')).toBe('http://localhost:8080')
  expect(await baseOfLink('box.local')).toBe(421)
  expect(await baseOfLink('platform.example:80443')).toBe(400)
})

test('serve takes several public URLs', async () => {
  const flags = ['--port', '0', '--dir', await temporaryDirectory(), '--public-url', 'https://a.example', '--public-url=http://b.example:1']
  const { BYTENITE_API_URL: apiUrl = '' } = (await serve(flags)).exports()
  const statusFor = async (host: string) => (await sendRequest(`${apiUrl}/dev/info`, { headers: { host } })).status
  expect([await statusFor('a.example'), await statusFor('b.example:1'), await statusFor('c.example')]).toEqual([401, 401, 421])
})

test.each([
  '',
  'platform.example',
  'ftp://platform.example',
  'https://platform.example/v1',
  'https://u:p@platform.example',
  'https://a.example?b',
])('the public URL %j is refused', async (publicUrl) => {
  const directory = await temporaryDirectory()
  expect(() => createLocalPlatform({ directory, publicUrls: [publicUrl] })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringMatching(/^A public URL must be /) as string }),
  )
})
