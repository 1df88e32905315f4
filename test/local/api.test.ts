import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import type { AppRecord } from 'bytenite-uploader/wire'
import { pack } from 'tar-stream'
import { expect, test } from 'vitest'
import { accessToken, callApi, startPlatform, type ApiResponse, type TestPlatform } from '../helpers/platform.ts'
import { readFiles } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor } from '../helpers/wait-for.ts'

// Every request here is made without this project's client, so that the two cannot share a mistake.

const manifest = {
  name: 'app',
  version: '1.0',
  platform: 'docker',
  entrypoint: 'main.js',
  platform_config: { container: 'node:22-slim' },
  device_requirements: { min_cpu: 2, min_memory: 2 },
}

function tarOf(entries: Record<string, string | Buffer>): Promise<Buffer> {
  const tar = pack()
  for (const [name, content] of Object.entries(entries)) tar.entry({ name, mtime: new Date(0) }, content)
  tar.finalize()
  return buffer(tar as AsyncIterable<Uint8Array>)
}

function appTar(changes: object = {}, entries: Record<string, string | Buffer> = { 'app/main.js': 'x' }): Promise<Buffer> {
  return tarOf({ 'manifest.json': JSON.stringify({ ...manifest, ...changes }), ...entries })
}

function upload(platform: TestPlatform, tar: Buffer, path = '/dev/apps'): Promise<ApiResponse> {
  return call(platform, `POST ${path}`, JSON.stringify({ data: tar.toString('base64') }))
}

function call(platform: TestPlatform, request: string, body?: string, authorization?: string): Promise<ApiResponse> {
  return callApi(platform.apiUrl, platform.apiKey, request, body, authorization)
}

test('the response to an upload is the record, its hash in base64', async () => {
  const platform = await startPlatform()
  const tar = await appTar({ description: 'd' })
  const { status, json } = await upload(platform, tar)
  expect(status).toBe(200)
  expect(json).toMatchObject({
    name: 'app',
    version: '1.0',
    description: 'd',
    status: 'inactive',
    platform: 'docker',
    platformConfig: { container: 'node:22-slim' },
    deviceRequirements: { minCpu: 2, minMemory: 2 },
    entrypoint: 'main.js',
    hash: createHash('sha256').update(tar).digest('base64'),
    revision: '1',
  })
  expect((await call(platform, 'GET /dev/apps/app@1.0')).json).toEqual({ app: json })
})

test('the manifest is read without regard to the case of its keys', async () => {
  const platform = await startPlatform()
  const { platform_config, device_requirements, ...rest } = manifest
  const capitalised = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key[0]?.toUpperCase() + key.slice(1), value]))
  const file = JSON.stringify({ ...capitalised, platformConfig: platform_config, Device_Requirements: device_requirements })
  const { status } = await upload(platform, await tarOf({ 'manifest.json': file, './app/main.js': 'x' }))
  expect(status).toBe(200)
})

test.each<[string, string | (() => Promise<Buffer>), RegExp]>([
  ['that is not JSON', 'not json', /not valid JSON/],
  ['that is cut off', '{"data":"QUJD', /not valid JSON/],
  ['that is empty', '', /"data"|not valid JSON/],
  ['without data', '{"date":"QUJD"}', /"data"/],
  ['with data deeper down', '{"a":{"data":"QUJD"}}', /"data"/],
  ['with data that is no string', '{"data":5}', /"data"/],
  ['with data that is an object', '{"data":{"x":"QUJD"}}', /"data"/],
  ['with data that is an array', '{"data":["QUJD"]}', /"data"/],
  ['with padding long before the end', `{"data":"QQ==${'QUJD'.repeat(200_000)}"}`, /not base64/],
  ['that is not base64', '{"data":"QU*D"}', /not base64/],
  ['that is base64 for URLs', '{"data":"QU-_"}', /not base64/],
  ['whose base64 is cut', '{"data":"QUJDR"}', /not base64/],
  ['with something after the padding', '{"data":"QQ==QUJD"}', /not base64/],
  ['that is not a tar', '{"data":"QUJD"}', /not a tar/],
  ['that is gzipped', async () => gzipSync(await appTar()), /not a tar/],
  ['that is a tar cut off', async () => (await appTar()).subarray(0, 700), /not a tar/],
  ['without manifest.json', () => tarOf({ 'app/main.js': 'x' }), /no manifest\.json/],
  ['with manifest.json in a folder', () => tarOf({ 'app/manifest.json': JSON.stringify(manifest) }), /no manifest\.json/],
  ['with a manifest that is not JSON', () => tarOf({ 'manifest.json': '{' }), /manifest\.json is not valid JSON/],
  ['without a name', () => appTar({ name: undefined }), /name/],
  ['with a name that breaks the rule', () => appTar({ name: 'a b' }), /name: letters, digits/],
  ['with a long name', () => appTar({ name: 'x'.repeat(65) }), /name/],
  ['with a version of three numbers', () => appTar({ version: '1.2.3' }), /version: must be MAJOR\.MINOR/],
  ['for another platform', () => appTar({ platform: 'vm' }), /platform/],
  ['without a container', () => appTar({ platform_config: {} }), /container/],
  ['with a private image but no login', () => appTar({ platform_config: { container: 'x', private_image: true } }), /username and token/],
  ['without memory', () => appTar({ device_requirements: { min_memory: 0 } }), /min_memory/],
  ['with a type that does not exist', () => appTar({ type: 'engine' }), /type/],
  ['of an engine', () => appTar({ type: 'partitioner' }), /does not belong under \/apps/],
  ['whose entrypoint is missing', () => appTar({ entrypoint: 'other.js' }), /other\.js is not in app\//],
  ['whose entrypoint is outside of app/', () => appTar({}, { 'main.js': 'x' }), /main\.js is not in app\//],
  ['with an entry outside of itself', () => appTar({}, { 'app/main.js': 'x', 'app/../../x': 'x' }), /leads out of it/],
  ['with a bad template', () => appTar({}, { 'app/main.js': 'x', 'template.json': '{"id":"t"}' }), /template/],
])('an upload %s is refused with a reason, and leaves nothing', async (_, body, reason) => {
  const platform = await startPlatform()
  const { status, json } = typeof body === 'string' ? await call(platform, 'POST /dev/apps', body) : await upload(platform, await body())
  expect(status).toBe(400)
  expect(json).toMatchObject({ ok: false, requestId: expect.any(String) as string, error: { code: 400 } })
  expect((json as { error: { description: string } }).error.description).toMatch(reason)
  expect(Object.keys(await readFiles(platform.directory)).toSorted()).toEqual([
    'api-key',
    'bytenite-local.json',
    'bytenite-local.lock.1',
    'key-uses.json',
    'keys/local.json',
    'signing-key',
  ])
})

test('an archive of any content and size arrives as it is, however its JSON is cut into pieces', async () => {
  const platform = await startPlatform()
  const tar = await appTar({}, { 'app/main.js': 'x', 'app/random.bin': randomBytes(800_000) })
  const base64 = tar.toString('base64')
  for (const slash of ['/', '\\/', '\\u002F']) {
    const { status, json } = await call(
      platform,
      'POST /dev/apps',
      JSON.stringify({ data: '' }).replace('""', `"${base64.replaceAll('/', () => slash)}"`),
    )
    expect(status).toBe(200)
    expect((json as AppRecord).hash).toBe(createHash('sha256').update(tar).digest('base64'))
  }
  const spoilt = `${base64.slice(0, 900_000)}-${base64.slice(900_001)}`
  expect((await call(platform, 'POST /dev/apps', JSON.stringify({ data: spoilt }))).status).toBe(400)
})

test('JSON may be spelled in any way: spaces, other keys, escapes', async () => {
  const platform = await startPlatform()
  const tar = await appTar({}, { 'app/main.js': '\u00ff\u00fb\u00bf'.repeat(99) })
  const base64 = tar.toString('base64')
  expect(base64).toContain('/')
  const body = `\n{ "other" : [ {"data": "no"} ], "data" :\t"${base64.replaceAll('/', '\\/')}" , "last": null }`
  const { status, json } = await call(platform, 'POST /dev/apps', body)
  expect(status).toBe(200)
  expect((json as AppRecord).hash).toBe(createHash('sha256').update(tar).digest('base64'))
})

test('a connection that breaks in an upload leaves nothing', async () => {
  const platform = await startPlatform()
  const token = await accessToken(platform.apiUrl, platform.apiKey)
  const stop = new AbortController()
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(`{"data":"${'A'.repeat(100_000)}`))
    },
  })
  const sending = fetch(`${platform.apiUrl}/dev/apps`, {
    method: 'POST',
    headers: { authorization: token },
    body,
    duplex: 'half',
    signal: stop.signal,
  } as RequestInit)
  sending.catch(() => {})
  const incoming = (): Promise<string[]> => readdir(join(platform.directory, 'incoming'))
  await waitFor('the upload to be kept', async () => (await incoming()).length === 1)
  stop.abort()
  await expect(sending).rejects.toThrow()
  await waitFor('the upload to be gone', async () => (await incoming()).length === 0)
  expect(await platform.uploads()).toEqual([])
})

test('only an access token is accepted', async () => {
  const platform = await startPlatform()
  const token = await accessToken(platform.apiUrl, platform.apiKey)
  expect((await call(platform, 'GET /dev/info', undefined, token)).status).toBe(200)
  for (const authorization of ['', 'wrong', 'Bearer wrong', platform.apiKey]) {
    for (const request of ['GET /dev/info', 'GET /dev/apps', 'GET /dev/templates', 'POST /dev/apps', 'GET /dev/engines/x']) {
      const body = request.startsWith('POST') ? '{}' : undefined
      expect(await call(platform, request, body, authorization), `${request} with ${authorization}`).toMatchObject({ status: 401 })
    }
  }
})

test('an API key is exchanged for a token, and nothing else is', async () => {
  const { apiUrl, apiKey } = await startPlatform()
  const exchange = async (body: string) => {
    const response = await fetch(`${apiUrl}/auth/access_token`, { method: 'POST', body })
    return { status: response.status, json: (await response.json()) as unknown }
  }
  expect(await exchange(JSON.stringify({ apiKey }))).toMatchObject({
    status: 200,
    json: { token: expect.any(String) as string, expiresIn: '3600' },
  })
  expect(await exchange('{"apiKey":"wrong"}')).toMatchObject({ status: 401 })
  for (const body of ['', 'x', '[]', '{}', 'null', '{"apiKey":5}']) expect(await exchange(body)).toMatchObject({ status: 400 })
})

test('a tag stands for the highest version that matches it', async () => {
  const platform = await startPlatform()
  for (const version of ['1.2', '1.10', '2.0', '0.9']) await upload(platform, await appTar({ version }))
  const versionOf = async (tag: string) => ((await call(platform, `GET /dev/apps/${tag}`)).json as { app?: AppRecord }).app?.version
  expect(await versionOf('app')).toBe('2.0')
  expect(await versionOf('app@1')).toBe('1.10')
  expect(await versionOf(encodeURIComponent('app@1.2'))).toBe('1.2')
  for (const tag of ['app@3', 'app@1.1', 'other', 'ap']) expect((await call(platform, `GET /dev/apps/${tag}`)).status).toBe(404)
})

test('an app is activated, deactivated, and inactive again with another archive', async () => {
  const platform = await startPlatform()
  const status = async () => ((await call(platform, 'GET /dev/apps/app/status')).json as { message: string }).message
  await upload(platform, await appTar())
  expect(await status()).toBe('inactive')
  expect((await call(platform, 'POST /dev/apps/app/activate')).json).toMatchObject({ ok: true })
  expect(await status()).toBe('active')
  await upload(platform, await appTar())
  expect(await status()).toBe('active')
  await upload(platform, await appTar({ description: 'new' }))
  expect(await status()).toBe('inactive')
  await call(platform, 'POST /dev/apps/app/activate')
  expect((await call(platform, 'POST /dev/apps/app/deactivate')).json).toMatchObject({ ok: true })
  expect(await status()).toBe('inactive')
})

test('what is downloaded is what was uploaded, by a link that needs no credentials but cannot be made up', async () => {
  const platform = await startPlatform()
  const tar = await appTar()
  await upload(platform, tar)
  const { message: link } = (await call(platform, 'GET /dev/apps/app/download')).json as { message: string }
  expect(Buffer.from(await (await fetch(link)).arrayBuffer()).equals(tar)).toBe(true)
  for (const forged of [link.replace(/signature=.*/, ''), link.replace(/expires=\d/, 'expires=9'), link.split('?')[0] ?? '']) {
    const response = await fetch(forged)
    expect(response.status).toBe(403)
    await response.body?.cancel()
  }
})

test('apps are listed in pages and in order', async () => {
  const platform = await startPlatform()
  for (const name of ['b', 'a', 'c']) await upload(platform, await appTar({ name }))
  const list = async (query: string) => {
    const { json } = await call(platform, `GET /dev/apps?${query}`)
    const { apps, pagination } = json as { apps: AppRecord[]; pagination: object }
    return { names: apps.map(({ name }) => name).join(''), pagination }
  }
  expect(await list('')).toMatchObject({ names: 'abc', pagination: { total: 3, hasNext: false, hasPrevious: false } })
  expect(await list('orderBy=name%20desc')).toMatchObject({ names: 'cba' })
  expect(await list('pagination.limit=2')).toMatchObject({ names: 'ab', pagination: { hasNext: true } })
  expect(await list('pagination.limit=2&pagination.offset=2')).toMatchObject({
    names: 'c',
    pagination: { offset: 2, hasPrevious: true, hasNext: false },
  })
  expect(await list('isPublic=true')).toMatchObject({ names: '' })
  expect((await call(platform, 'GET /dev/apps?orderBy=hash')).status).toBe(400)
  expect((await call(platform, 'GET /dev/apps?pagination.limit=-1')).status).toBe(400)
})

test('engines have the same endpoints, but shapes of their own', async () => {
  const platform = await startPlatform()
  expect((await upload(platform, await appTar(), '/dev/engines')).status).toBe(400)
  const tar = await appTar({ type: 'assembler' })
  const { status, json } = await upload(platform, tar, '/dev/engines')
  expect({ status, json }).toMatchObject({ status: 200, json: { type: 'assembler', revision: 1 } })
  const { id } = json as { id: string }
  expect((await call(platform, 'GET /dev/engines/app')).json).toEqual(json)
  expect((await call(platform, 'GET /dev/engines')).json).toMatchObject({ engines: [json] })
  const message = { engineId: id, engineTag: 'app@1.0', engineData: '', engineLink: '', engineStatus: 'inactive' }
  expect((await call(platform, 'GET /dev/engines/app/status')).json).toEqual(message)
  expect((await call(platform, 'POST /dev/engines/app/activate')).json).toEqual({ ...message, engineStatus: 'active' })
  const download = (await call(platform, 'GET /dev/engines/app@1/download')).json as { engineLink: string }
  expect(download).toMatchObject({ engineId: id, engineStatus: 'active' })
  expect(Buffer.from(await (await fetch(download.engineLink)).arrayBuffer()).equals(tar)).toBe(true)
  expect((await call(platform, 'POST /dev/engines/app/deactivate')).json).toEqual(message)
  expect((await call(platform, 'GET /dev/apps')).json).toMatchObject({ apps: [] })
})

test("an engine's archive also comes as the API's description has it: in the query, or under another name", async () => {
  const platform = await startPlatform()
  // Short enough for a URL.
  const tar = await appTar({ type: 'assembler' })
  const base64 = tar.toString('base64')
  expect(base64.length).toBeLessThan(8000)
  const query = new URLSearchParams({ engineData: base64 }).toString()
  expect(await call(platform, `POST /dev/engines?${query}`)).toMatchObject({ status: 200, json: { name: 'app', revision: 1 } })
  expect(await call(platform, `POST /dev/engines?engineData=${base64}`)).toMatchObject({ status: 200, json: { revision: 2 } })
  const body = JSON.stringify({ engineData: base64 })
  expect(await call(platform, 'POST /dev/engines', body)).toMatchObject({ status: 200, json: { revision: 3 } })
  expect(await call(platform, 'POST /dev/engines?engineData=QU*D', body)).toMatchObject({ status: 400 })
  expect(await call(platform, 'POST /dev/engines', JSON.stringify({ engineDatas: base64 }))).toMatchObject({ status: 400 })
})

test('templates are submitted alone or with an app', async () => {
  const platform = await startPlatform()
  const template = { id: 'app-template', app: 'app', partitioner: 'passthrough', assembler: 'passthrough', later: 1 }
  await upload(platform, await appTar({}, { 'app/main.js': 'x', 'template.json': JSON.stringify(template) }))
  expect((await call(platform, 'GET /dev/templates/app-template')).json).toEqual(template)
  const other = { id: 'other', app: 'app@1.0' }
  expect(await call(platform, 'POST /dev/templates', JSON.stringify(other))).toMatchObject({
    status: 200,
    json: { ...other, partitioner: 'passthrough', assembler: 'passthrough' },
  })
  expect((await call(platform, 'GET /dev/templates')).json).toMatchObject({ templates: [{ id: 'app-template' }, { id: 'other' }] })
  expect((await call(platform, 'GET /dev/templates/none')).status).toBe(404)
  for (const bad of ['', '{}', '{"id":"a b","app":"a"}', '{"id":"a","app":"a b"}', '{"id":"../x","app":"a"}']) {
    expect((await call(platform, 'POST /dev/templates', bad)).status).toBe(400)
  }
})

test('an endpoint that does not exist is a 404 in the same form', async () => {
  const platform = await startPlatform()
  expect(await call(platform, 'GET /dev/nothing')).toMatchObject({ status: 404, json: { ok: false, error: { code: 404 } } })
})

test('a restart loses nothing, not even tokens', async () => {
  const directory = await temporaryDirectory()
  const before = await startPlatform({ directory })
  const tar = await appTar(
    { platform_config: { container: 'x', private_image: true, username: 'u', token: 'secret' } },
    { 'app/main.js': 'x', 'template.json': '{"id":"t","app":"app"}' },
  )
  await upload(before, tar)
  const token = await accessToken(before.apiUrl, before.apiKey)
  const responses = async (platform: TestPlatform) =>
    Promise.all(['apps/app', 'templates/t'].map((path) => call(platform, `GET /dev/${path}`)))
  const expected = await responses(before)
  await before.close()
  const after = await startPlatform({ directory })
  expect(after.apiKey).toBe(before.apiKey)
  expect(await responses(after)).toEqual(expected)
  expect((await call(after, 'GET /dev/info', undefined, token)).status).toBe(200)
  const hex = createHash('sha256').update(tar).digest('hex')
  expect((await readFile(join(directory, 'archives', `${hex}.tar`))).equals(tar)).toBe(true)
  for (const file of ['api-key', `archives/${hex}.tar`, 'apps/app@1.0.json']) {
    expect((await stat(join(directory, file))).mode & 0o077, file).toBe(0)
  }
})

test('an archive is kept as long as a record needs it', async () => {
  const platform = await startPlatform()
  const archives = () => readdir(join(platform.directory, 'archives'))
  await upload(platform, await appTar())
  await upload(platform, await appTar())
  expect(await archives()).toHaveLength(1)
  await upload(platform, await appTar({ description: 'new' }))
  expect(await archives(), 'a job may need the earlier revision').toHaveLength(2)
  await upload(platform, await appTar({ version: '1.1' }))
  expect(await archives()).toHaveLength(3)
})
