import { createServer, type RequestListener } from 'node:http'
import { expect, test } from 'vitest'
import { startJobApi } from '../helpers/job-api.ts'
import { listen } from '../helpers/listen.ts'

/** A server that knows one file, and counts what it is asked for. */
async function serve(respond: RequestListener) {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`.trim())
    respond(request, response)
  })
  return { requests, origin: `http://127.0.0.1:${await listen(server)}` }
}

const ofUrl = (url: string, more: object = {}): object => ({ dataSourceDescriptor: 'url', params: { url, ...more } })

test('a URL is looked at without being read', async () => {
  const { call } = await startJobApi()
  const { origin, requests } = await serve((_, response) => {
    response.writeHead(200, { 'content-length': '12345', 'content-type': 'audio/mpeg' }).end()
  })
  const path = '/a%20folder/song%C3%BC.mp3'
  const { status, json } = await call('POST /customer/datasource/test', {
    dataSource: ofUrl(`${origin}${path}?signature=x`),
    listFiles: true,
  })
  expect(status).toBe(200)
  expect(json).toEqual({
    filename: 'songü.mp3',
    path: 'songü.mp3',
    size: '12345',
    properties: { contentType: 'audio/mpeg' },
    tempUrl: '',
    files: { name: '', path: '', directories: [], files: [{ id: 'songü.mp3', name: 'songü.mp3', path: 'songü.mp3', size: '12345' }] },
  })
  expect(requests).toEqual([`HEAD ${path}?signature=x`])
  const login = { username: 'me', password: 'pass', name: 'named.mp3' }
  expect((await call('POST /customer/datasource/test', { dataSource: ofUrl(origin, login) })).json).toMatchObject({
    filename: 'named.mp3',
    files: null,
  })
  expect(requests[1]).toBe(`HEAD / Basic ${Buffer.from('me:pass').toString('base64')}`)
})

test('where only GET is allowed, its headers are enough', async () => {
  const { call } = await startJobApi()
  const { origin, requests } = await serve((request, response) => {
    if (request.method === 'HEAD') return response.writeHead(403).end()
    response.writeHead(200, { 'content-length': String(2 ** 40), 'content-disposition': 'attachment; filename="real.zip"' }).write('x')
  })
  const { json } = await call('POST /customer/datasource/test', { dataSource: ofUrl(`${origin}/download`) })
  expect(json).toMatchObject({ filename: 'real.zip', size: String(2 ** 40) })
  expect(requests).toEqual(['HEAD /download', 'GET /download'])
})

test('what cannot be read is refused with the reason, and neither a login nor a signature is repeated', async () => {
  const { call } = await startJobApi()
  const { origin } = await serve((_, response) => response.writeHead(404).end())
  const reasonFor = async (dataSource: unknown): Promise<string> => {
    const { status, reason } = await call('POST /customer/datasource/test', { dataSource })
    return `${status}: ${reason}`
  }
  const secrets = { username: 'me', password: 'hush-0123' }
  const missing = await reasonFor(ofUrl(`${origin}/gone?signature=hush-0123`, secrets))
  expect(missing).toBe(`400: dataSource: ${origin}/gone cannot be read: the server responded with 404`)
  expect(await reasonFor(ofUrl('http://127.0.0.1:1/x?signature=hush-0123', secrets))).toMatch(
    /^400: dataSource: http:\/\/127\.0\.0\.1:1\/x cannot be read: (?!.*hush)/,
  )
  expect(await reasonFor(ofUrl('file:///etc/passwd'))).toMatch(/^400: .*http/)
  expect(await reasonFor({ dataSourceDescriptor: 'aws', params: {} })).toMatch(/^400: .*bypass, url, file/)
  for (const wrong of [undefined, null, 'url', {}, { dataSourceDescriptor: '' }, { dataSourceDescriptor: 'url', params: 5 }])
    expect(await reasonFor(wrong), JSON.stringify(wrong)).toMatch(/^400: dataSource/)
})

test('a source that needs nothing is always there', async () => {
  const { call } = await startJobApi()
  for (const dataSourceDescriptor of ['bypass', 'file']) {
    const { status, json } = await call('POST /customer/datasource/test', { dataSource: { dataSourceDescriptor }, listFiles: true })
    expect({ status, json }).toMatchObject({ status: 200, json: { filename: '', size: '0', files: null } })
  }
})
