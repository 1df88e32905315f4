import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { RequestLogEntry } from 'bytenite-local'
import { expect, test } from 'vitest'
import { uploadBody } from '../helpers/local-store.ts'
import { accessToken, callApi, startPlatform, type TestPlatform } from '../helpers/platform.ts'
import { sendRequest } from '../helpers/send-request.ts'
import { waitFor } from '../helpers/wait-for.ts'

async function startLogged(): Promise<{
  platform: TestPlatform
  entries: RequestLogEntry[]
  waitForEntries: (count: number) => Promise<void>
}> {
  const entries: RequestLogEntry[] = []
  const platform = await startPlatform({ onRequest: (entry) => entries.push(entry) })
  const waitForEntries = async (count: number): Promise<void> => {
    await waitFor(`${count} entries`, () => entries.length >= count, { details: () => JSON.stringify(entries) })
    expect(entries).toHaveLength(count)
  }
  return { platform, entries, waitForEntries }
}

test('each request is logged once, with the name of its key, and without anything that gives access', async () => {
  const { platform, entries, waitForEntries } = await startLogged()
  const { apiUrl, apiKey } = platform
  const token = await accessToken(apiUrl, apiKey)
  await callApi(apiUrl, '', 'POST /dev/apps', await uploadBody('x'), token)
  const { json } = await callApi(apiUrl, '', 'GET /dev/apps/app/download', undefined, token)
  const link = (json as { message: string }).message
  const size = (await (await fetch(link)).arrayBuffer()).byteLength
  await waitForEntries(4)
  await callApi(apiUrl, '', 'GET /dev/apps?orderBy=secret', undefined, `${token}x`)
  await waitForEntries(5)
  const entry = (method: string, path: string, status: number, key: string | null): RequestLogEntry => ({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
    ms: expect.any(Number) as number,
    bytes: expect.any(Number) as number,
    remote: '127.0.0.1',
    method,
    path,
    status,
    key,
  })
  expect(entries).toEqual([
    entry('POST', '/v1/auth/access_token', 200, 'local'),
    entry('POST', '/v1/dev/apps', 200, 'local'),
    entry('GET', '/v1/dev/apps/app/download', 200, 'local'),
    entry('GET', new URL(link).pathname, 200, null),
    entry('GET', '/v1/dev/apps', 401, null),
  ])
  expect(entries[3]?.bytes).toBeGreaterThan(size)
  expect(entries[3]?.bytes).toBeLessThan(size + 1000)
  const text = JSON.stringify(entries)
  for (const secret of [apiKey, token, new URL(link).searchParams.get('signature') ?? '', 'orderBy', 'secret']) {
    expect(text).not.toContain(secret)
  }
})

test('refused requests are logged, too, and foreign text cannot act on a terminal', async () => {
  const { platform, entries, waitForEntries } = await startLogged()
  const send = (headers: Record<string, string>, path: string) => sendRequest(platform.apiUrl, { headers, path })
  await send({ host: 'evil.example' }, '/v1/dev/info')
  await send({ 'x-forwarded-for': `9.9.9.9, \u009B31m${'x'.repeat(1000)}` }, '/%1b]0;x%07')
  await waitForEntries(2)
  expect(entries[0]).toMatchObject({ status: 421, key: null })
  expect(entries[0]).not.toHaveProperty('forwardedFor')
  expect(entries[1]).toMatchObject({ status: 404, forwardedFor: expect.stringMatching(/^9\.9\.9\.9, .{100,250}$/) as string })
  // oxlint-disable-next-line no-control-regex
  expect(Object.values(entries[1] ?? {}).join()).not.toMatch(/[\u0000-\u001F\u007F-\u009F]/)
})

test('a client that disconnects before the response is logged without a status', async () => {
  const { platform, entries, waitForEntries } = await startLogged()
  const token = await accessToken(platform.apiUrl, platform.apiKey)
  const { port } = new URL(platform.apiUrl)
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(`POST /v1/dev/apps HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${token}\r\nContent-Length: 100\r\n\r\n{"data":"`)
  await once(socket, 'connect')
  await waitFor('the request to arrive', async () => (await readdir(join(platform.directory, 'incoming'))).length)
  socket.destroy()
  await waitForEntries(2)
  expect(entries[1]).toMatchObject({ method: 'POST', path: '/v1/dev/apps', status: null, key: 'local' })
})
