import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { createClient } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { responseJson, serveStub } from '../helpers/stub-platform.ts'

async function clientOf(body: Buffer | string, headers: Record<string, string>) {
  const apiUrl = await serveStub(responseJson(500, ''), (request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'application/json', ...headers })
    response.end(body)
  })
  return createClient({ apiUrl, credentials: { accessToken: 'some-token' }, retries: 0 })
}

const body = JSON.stringify({ name: 'platform', text: 'ä'.repeat(100) })

test.each([
  ['gzip', gzipSync(body)],
  ['x-gzip', gzipSync(body)],
  ['deflate', deflateSync(body)],
  ['br', brotliCompressSync(body)],
  ['identity', Buffer.from(body)],
  ['GZIP', gzipSync(body)],
])('a response that comes compressed by %s, unasked, is understood', async (encoding, compressed) => {
  const client = await clientOf(compressed, { 'content-encoding': encoding })
  expect(await client.getInfo()).toEqual(JSON.parse(body))
})

test.each([
  ['zstd', Buffer.from(body), /responded with the content encoding "zstd", which is not supported/],
  ['gzip, br', gzipSync(body), /content encoding "gzip, br", which is not supported/],
  ['toString', Buffer.from(body), /content encoding "tostring", which is not supported/],
  ['gzip', Buffer.from(body), /responded with broken compressed data/],
  ['gzip', gzipSync(body).subarray(0, 30), /responded with broken compressed data/],
  ['br', Buffer.from('nonsense'), /responded with broken compressed data/],
])('a response that says %s and is not is refused as such', async (encoding, compressed, message) => {
  const client = await clientOf(compressed, { 'content-encoding': encoding })
  await expect(client.getInfo()).rejects.toMatchObject({ code: 'INVALID_RESPONSE', message: expect.stringMatching(message) as string })
})

test('what is small only while it is compressed is not read without end', async () => {
  const client = await clientOf(gzipSync(Buffer.alloc(200_000_000)), { 'content-encoding': 'gzip' })
  await expect(client.getInfo()).rejects.toMatchObject({
    code: 'INVALID_RESPONSE',
    message: expect.stringContaining('more than 16 MiB') as string,
  })
})

test.each(['two words', 'line\nbreak', 't\u00f6ken', 'null\0', ''])(
  'an access token %j that no header can carry is named',
  async (token) => {
    const apiUrl = await serveStub(responseJson(200, { token, expiresIn: '3600' }))
    const error = (await createClient({ apiUrl, credentials: { apiKey: 'some-api-key' }, retries: 0 })
      .getInfo()
      .catch((reason: unknown) => reason)) as Error
    expect(error).toMatchObject({
      code: 'INVALID_RESPONSE',
      message: expect.stringContaining('without an access token: token contains characters that no token has') as string,
    })
    expect(error.message).not.toContain('network')
  },
)
