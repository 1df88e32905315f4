import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLocalPlatform, type LocalPlatform } from 'bytenite-local'
import { expect, test, vi } from 'vitest'
import { onTestFinished } from '../helpers/current-test.ts'
import { uploadBody } from '../helpers/local-store.ts'
import { accessToken, callApi, startPlatform } from '../helpers/platform.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const key = 'a-key-of-at-least-20-characters'

async function statusWith(apiUrl: string, authorization: string): Promise<number> {
  return (await callApi(apiUrl, '', 'GET /dev/info', undefined, authorization)).status
}

async function open(directory: string, apiKey = key): Promise<{ platform: LocalPlatform; apiUrl: string }> {
  const platform = createLocalPlatform({ directory, apiKey })
  onTestFinished(() => platform.close())
  return { platform, apiUrl: (await platform.listen()).apiUrl }
}

test('an access token is accepted with and without "Bearer"', async () => {
  const { apiUrl, apiKey } = await startPlatform()
  const token = await accessToken(apiUrl, apiKey)
  for (const header of [token, `Bearer ${token}`, `bearer ${token}`]) expect(await statusWith(apiUrl, header), header).toBe(200)
})

test('a token that was changed in any part is refused', async () => {
  const { apiUrl, apiKey } = await startPlatform()
  const token = await accessToken(apiUrl, apiKey)
  const [id = '', expires = '', signature = ''] = token.split('.')
  const later = String(Number(expires) + 1)
  for (const forged of [
    `x${id.slice(1)}.${expires}.${signature}`,
    `${id}.${later}.${signature}`,
    `${id}.${expires}.x${signature.slice(1)}`,
    `${id}.${expires}.`,
    `${id}.${expires}`,
    `${token}.more`,
    `Bearer Bearer ${token}`,
    'Bearer ',
    `Basic ${token}`,
    apiKey,
  ]) {
    expect(await statusWith(apiUrl, forged), forged).toBe(401)
  }
})

test('a token ends after its lifetime', async () => {
  const { apiUrl, apiKey } = await startPlatform()
  const token = await accessToken(apiUrl, apiKey)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_590_000 })
  onTestFinished(() => void vi.useRealTimers())
  expect(await statusWith(apiUrl, token)).toBe(200)
  vi.setSystemTime(Date.now() + 20_000)
  const { status, json } = await callApi(apiUrl, '', 'GET /dev/info', undefined, token)
  expect({ status, json }).toMatchObject({ status: 401, json: { error: { description: 'this access token has expired' } } })
})

test('tokens and links outlive a restart', async () => {
  const directory = await temporaryDirectory()
  const first = await open(directory)
  const token = await accessToken(first.apiUrl, key)
  await callApi(first.apiUrl, key, 'POST /dev/apps', await uploadBody('x'))
  const { json } = await callApi(first.apiUrl, key, 'GET /dev/apps/app/download')
  const { pathname, search } = new URL((json as { message: string }).message)
  await first.platform.close()

  const { apiUrl } = await open(directory)
  expect(await statusWith(apiUrl, token)).toBe(200)
  const response = await fetch(new URL(pathname + search, apiUrl))
  expect(response.status).toBe(200)
  await response.body?.cancel()
})

test('a key that is replaced, and a signing key that is, end all tokens', async () => {
  const directory = await temporaryDirectory()
  const first = await open(directory)
  const token = await accessToken(first.apiUrl, key)
  await first.platform.close()

  const second = await open(directory, 'another-key-of-20-characters')
  expect(await statusWith(second.apiUrl, token)).toBe(401)
  await second.platform.close()

  for (const content of ['', 'short', Buffer.alloc(32, 1).toString('base64url')]) {
    await writeFile(join(directory, 'signing-key'), content)
    const { platform, apiUrl } = await open(directory)
    expect(await statusWith(apiUrl, token), content).toBe(401)
    expect(await statusWith(apiUrl, await accessToken(apiUrl, key))).toBe(200)
    await platform.close()
  }
})

test.runIf(process.platform !== 'win32')('only the user can read the signing key, and no token contains the API key', async () => {
  const { directory, apiUrl, apiKey } = await startPlatform()
  expect((await stat(join(directory, 'signing-key'))).mode & 0o777).toBe(0o600)
  const token = await accessToken(apiUrl, apiKey)
  expect(token).not.toContain(apiKey)
  expect(token).not.toContain((await readFile(join(directory, 'signing-key'), 'utf8')).trim())
})
