import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore } from '../helpers/local-store.ts'
import { callApi, startPlatform, type ApiResponse, type TestPlatform } from '../helpers/platform.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const secretKey = 'shhh-0123456789-"quoted"'

function call(platform: TestPlatform, request: string, body?: unknown): Promise<ApiResponse> {
  return callApi(platform.apiUrl, platform.apiKey, request, body === undefined ? undefined : JSON.stringify(body))
}

function store(platform: TestPlatform, secret: object, key = secretKey): Promise<ApiResponse> {
  return call(platform, 'POST /auth/secrets', { secret, secretKey: key })
}

test('a secret is stored, listed without its key, and deleted', async () => {
  const platform = await startPlatform()
  const secret = {
    id: 'My-bucket_1',
    name: 'n',
    secretType: 'aws',
    accessKey: 'AKIA',
    expiresAt: '2099-01-01T00:00:00Z',
    params: { region: 'x' },
  }
  expect(await store(platform, secret)).toMatchObject({ status: 200, json: { ok: true, message: 'My-bucket_1', error: null } })
  expect((await call(platform, 'GET /auth/secrets')).json).toEqual({ secrets: [secret] })
  expect((await call(platform, 'GET /auth/secrets?secretType=aws')).json).toEqual({ secrets: [secret] })
  expect((await call(platform, 'GET /auth/secrets?secretType=gcp')).json).toEqual({ secrets: [] })
  expect((await call(platform, 'DELETE /auth/secrets/gcp/My-bucket_1')).status).toBe(404)
  expect((await call(platform, 'DELETE /auth/secrets/aws/my-bucket_1')).status).toBe(404)
  expect((await call(platform, 'DELETE /auth/secrets/aws/My-bucket_1')).json).toMatchObject({ ok: true })
  expect((await call(platform, 'GET /auth/secrets')).json).toEqual({ secrets: [] })
})

test('an ID is made up if there is none, and is unique over all types', async () => {
  const platform = await startPlatform()
  const { json } = await store(platform, { secretType: 'other', accessKey: '' })
  const { message: id } = json as { message: string }
  expect(id).toMatch(/^[-0-9a-f]{36}$/)
  expect((await store(platform, { id, secretType: 'other', accessKey: 'second' })).status).toBe(200)
  expect((await store(platform, { id, secretType: 'gcp', accessKey: 'third' })).status).toBe(409)
  expect((await call(platform, 'GET /auth/secrets')).json).toMatchObject({ secrets: [{ id, accessKey: 'second', secretType: 'other' }] })
})

test('a secret that breaks rules is refused with all of them, and nothing of it is repeated', async () => {
  const platform = await startPlatform()
  const wrong = { id: 'a b', secretType: 'azure', accessKey: 5, expiresAt: 'soon', params: 'none' }
  const { status, json } = await call(platform, 'POST /auth/secrets', { secret: wrong, secretKey: [secretKey] })
  expect(status).toBe(400)
  const { description } = (json as { error: { description: string } }).error
  for (const part of ['secret.id: ', 'secret.secretType: ', 'secret.accessKey: ', 'secret.expiresAt: ', 'secret.params: ', 'secretKey: '])
    expect(description).toContain(part)
  expect(JSON.stringify(json)).not.toContain('shhh')
  const misplaced = await call(platform, 'POST /auth/secrets', { secret: secretKey, secretKey })
  expect(misplaced).toMatchObject({ status: 400, json: { error: { description: 'secret: must be Object' } } })

  const broken = await callApi(platform.apiUrl, platform.apiKey, 'POST /auth/secrets', `{"secretKey": ${secretKey}}`)
  expect(broken).toMatchObject({
    status: 400,
    json: { error: { description: 'the body is not valid JSON' } },
  })
  expect(JSON.stringify(broken.json)).not.toContain('shhh')
  for (const body of [{}, { secret: { secretType: 'aws' } }, { secret: { secretType: 'aws' }, secretKey: '' }])
    expect((await call(platform, 'POST /auth/secrets', body)).status).toBe(400)
})

test.runIf(process.platform !== 'win32')('secrets are on disk for the user only, and outlive a restart', async () => {
  const directory = await temporaryDirectory()
  const first = await openStore(directory)
  await first.call('POST /auth/secrets', JSON.stringify({ secret: { id: 's', secretType: 'other' }, secretKey }))
  await first.platform.close()
  const file = join(directory, 'secrets.json')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readFile(file, 'utf8')).toContain('shhh')
  const second = await openStore(directory)
  expect((await second.call('GET /auth/secrets')).json).toMatchObject({ secrets: [{ id: 's', expiresAt: null }] })
})

test('a damaged file of secrets is an error that names it, and quotes nothing', async () => {
  const directory = await temporaryDirectory()
  await (await openStore(directory)).platform.close()
  await writeFile(join(directory, 'secrets.json'), `[{"secretKey":"${secretKey}`)
  const error = await openStore(directory).catch((error: unknown) => error as Error)
  expect(String(error)).toContain(join(directory, 'secrets.json'))
  expect(String(error)).not.toContain('shhh')
})

test('there is no wallet, and it is said why', async () => {
  const platform = await startPlatform()
  for (const request of ['GET /wallet/balance', 'POST /wallet/transactions/filter', 'GET /wallet/exchange_rate?amount=1']) {
    expect(await call(platform, request)).toMatchObject({
      status: 404,
      json: { error: { description: expect.stringMatching(/cost nothing/) as string } },
    })
  }
})

test('each service says its version', async () => {
  const platform = await startPlatform()
  for (const service of ['dev', 'auth', 'customer', 'computing']) {
    const { status, json } = await call(platform, `GET /${service}/info`)
    expect({ status, json }, service).toMatchObject({
      status: 200,
      json: {
        version: {
          major: expect.any(Number) as number,
          minor: expect.any(Number) as number,
          tag: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
        },
        messages: [],
      },
    })
  }
})
