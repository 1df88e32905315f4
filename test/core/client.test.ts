import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer, json } from 'node:stream/consumers'
import {
  createArchive,
  createClient,
  createManifest,
  resolveOptions,
  selectFiles,
  type Archive,
  type ClientOptions,
} from 'bytenite-uploader'
import { expect, test, vi } from 'vitest'
import { startPlatform, type TestPlatform } from '../helpers/platform.ts'
import { writeFiles } from '../helpers/project.ts'
import { listen } from '../helpers/listen.ts'
import { responseJson, serveStub } from '../helpers/stub-platform.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

async function archiveOf(manifest: object, content = 'x'): Promise<Archive> {
  const root = await temporaryDirectory()
  await writeFiles(root, { 'dist/main.js': content })
  const options = resolveOptions({ directory: 'dist', root, manifest: { entrypoint: 'main.js', ...manifest }, env: {} })
  return createArchive(await createManifest(options), await selectFiles(options))
}

async function publishVersions(platform: TestPlatform, count: number): Promise<void> {
  for (let minor = 0; minor < count; minor++) {
    const version = `1.${minor}`
    await platform.client.apps.upload(await archiveOf({ name: 'app', version }, version), { tag: `app@${version}` })
  }
}

test('apps: upload, get by any tag, status, activate, deactivate', async () => {
  const { client } = await startPlatform()
  const { record, verified } = await client.apps.upload(await archiveOf({ name: 'app', version: '1.0' }), { tag: 'app@1.0' })
  expect(verified).toBe(true)
  for (const tag of ['app', 'app@1', 'app@1.0']) expect(await client.apps.get(tag)).toEqual(record)
  expect(await client.apps.getStatus('app@1.0')).toBe('inactive')
  expect(await client.apps.activate('app@1.0')).toMatchObject({ ok: true })
  expect(await client.apps.getStatus('app@1.0')).toBe('active')
  expect(await client.apps.deactivate('app@1.0')).toMatchObject({ ok: true })
  expect((await client.apps.get('app@1.0')).status).toBe('inactive')
  await expect(client.apps.get('other')).rejects.toMatchObject({ code: 'REFUSED', status: 404, requestId: expect.any(String) as string })
})

test('an error of the archive itself is the end of its upload, as it is', async () => {
  const warnings: string[] = []
  const platform = await startPlatform()
  const client = createClient({
    apiUrl: platform.apiUrl,
    credentials: { apiKey: platform.apiKey },
    onWarning: (message) => warnings.push(message),
  })
  const archive = await archiveOf({ name: 'app', version: '1.0' }, 'x'.repeat(300_000))
  async function* read(): AsyncGenerator<Uint8Array> {
    let left = 100_000
    for await (const chunk of archive.read()) {
      left -= chunk.length
      if (left < 0) throw new TypeError('not of the network')
      yield chunk
    }
  }
  const uploading = client.apps.upload({ ...archive, read }, { tag: 'app@1.0', hash: { hex: '', base64: '' } })
  await expect(uploading).rejects.toThrow(new TypeError('not of the network'))
  expect(warnings).toEqual([])
})

test('each attempt hashes what it sends; one that sends something else than an earlier complete one is stopped', async () => {
  const archive = await archiveOf({ name: 'app', version: '1.0' })
  let readings = 0
  async function* read(): AsyncGenerator<Uint8Array> {
    readings++
    const bytes = await buffer(archive.read())
    yield readings < 3 ? bytes : Buffer.alloc(bytes.length)
  }
  const complete: string[] = []
  const apiUrl = await serveStub((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => complete.push(body))
    responseJson(503, {})(request, response)
  })
  const client = createClient({ apiUrl, credentials: { accessToken: 't' }, retries: 5 })
  await expect(client.apps.upload({ ...archive, read }, { tag: 'app@1.0' })).rejects.toMatchObject({ code: 'FILE_CHANGED' })
  expect(readings).toBe(3)
  expect(complete).toEqual([complete[0], complete[0]])
})

test('a lost response is found out by the hash of what was sent completely', async () => {
  const archive = await archiveOf({ name: 'app', version: '1.0' })
  const app = { name: 'app', version: '1.0' }
  const hashes: string[] = []
  let answer = 'Plv5qqtm1jPtm8Brq4jMj9u/zSJMQV85fl62UNxltcM='
  const apiUrl = await serveStub(
    async (request) => {
      const { data } = (await json(request)) as { data: string }
      hashes.push(createHash('sha256').update(Buffer.from(data, 'base64')).digest('base64'))
      // What another upload left there is not what this one sent.
      if (hashes.length === 2) answer = hashes[1] ?? ''
      request.socket.destroy()
    },
    (request, response) => responseJson(200, { app: { ...app, hash: answer } })(request, response),
  )
  const client = createClient({ apiUrl, credentials: { accessToken: 't' }, retries: 5 })
  const { hash, verified } = await client.apps.upload(archive, { tag: 'app@1.0' })
  expect(verified).toBe(true)
  expect(hashes).toEqual([hash.base64, hash.base64])
})

test('engines: the same, under paths of their own', async () => {
  const { client } = await startPlatform()
  const archive = await archiveOf({ name: 'split', version: '2.1', type: 'partitioner' })
  const { record } = await client.engines.upload(archive, { tag: 'split@2.1' })
  expect(record.type).toBe('partitioner')
  expect(await client.engines.get('split@2')).toEqual(record)
  expect(await client.engines.getStatus('split')).toBe('inactive')
  await client.engines.activate('split')
  await client.engines.deactivate('split')
  const listed: unknown[] = []
  for await (const engine of client.engines.list()) listed.push(engine.name)
  expect(listed).toEqual(['split'])
  const file = join(await temporaryDirectory(), 'split.tar')
  expect(await client.engines.download('split', file)).toMatchObject({ verified: true, size: archive.size })
})

test.each([
  [
    'bare',
    (engine: object) => engine,
    (field: string, text: string) => ({ engineId: 'e', engineLink: '', engineStatus: 'active', [field]: text }),
  ],
  ['wrapped, as an app', (engine: object) => ({ engine }), (_: string, text: string) => ({ ok: true, message: text })],
])('an engine may come %s, its revision as a number or a string', async (_, wrap, tell) => {
  const { client: source } = await startPlatform()
  const archive = await archiveOf({ name: 'split', version: '2.1', type: 'partitioner' })
  const { record } = await source.engines.upload(archive, { tag: 'split@2.1' })
  const file = join(await temporaryDirectory(), 'split.tar')

  const link = `data:application/x-tar;base64,`
  for (const revision of [7, '7']) {
    const engine = { ...record, revision, platformConfig: { container: 'c', token: 'registry-token' } }
    const responses: Record<string, unknown> = {
      '/status': tell('engineStatus', 'active'),
      '/activate': tell('engineStatus', 'active'),
      '/download': tell('engineLink', link),
      '/split': wrap(engine),
      '/engines': { engines: [engine] },
    }
    const server = createServer((request, response) => {
      const [, body] = Object.entries(responses).find(([end]) => request.url?.split('?')[0]?.endsWith(end)) ?? []
      responseJson(200, body)(request, response)
    })
    const apiUrl = `http://127.0.0.1:${await listen(server)}/v1`
    const { engines } = createClient({ apiUrl, credentials: { accessToken: 'some-token' }, retries: 0 })
    const expected = { name: 'split', revision: '7', platformConfig: { container: 'c' } }
    expect(await engines.get('split')).toMatchObject(expected)
    expect((await engines.get('split')).platformConfig).toEqual({ container: 'c' })
    for await (const listed of engines.list()) expect(listed.platformConfig).toEqual({ container: 'c' })
    expect(await engines.getStatus('split')).toBe('active')
    expect(await engines.activate('split')).toMatchObject({ ok: true, message: 'active' })
    // The link is there, and looked at.
    await expect(engines.download('split', file)).rejects.toMatchObject({
      code: 'INVALID_RESPONSE',
      message: expect.stringMatching(/link to the archive of split@2\.1 is not an https URL/) as string,
    })
  }
})

test('templates: save, replace, get, list', async () => {
  const { client } = await startPlatform()
  const template = { id: 'a.template', app: 'app@1.0', partitioner: 'passthrough', assembler: 'passthrough' }
  expect(await client.templates.save(template)).toMatchObject(template)
  await client.templates.save({ ...template, description: 'second' })
  expect(await client.templates.get('a.template')).toMatchObject({ description: 'second' })
  const listed: unknown[] = []
  for await (const { id } of client.templates.list({ pageSize: 1 })) listed.push(id)
  expect(listed).toEqual(['a.template'])
})

test('the service says what it is', async () => {
  const { client } = await startPlatform()
  expect(await client.getInfo()).toMatchObject({
    name: 'bytenite-local',
    version: { tag: expect.stringMatching(/^\d+\.\d+\.\d+/) as string },
  })
})

test('a list is asked for page by page, as far as it is used', async () => {
  const platform = await startPlatform()
  await publishVersions(platform, 5)
  const versions: (string | undefined)[] = []
  for await (const { version } of platform.client.apps.list({ pageSize: 2, orderBy: 'version desc', isPublic: false }))
    versions.push(version)
  expect(versions).toEqual(['1.4', '1.3', '1.2', '1.1', '1.0'])
  for await (const { version } of platform.client.apps.list({ pageSize: 1 })) {
    expect(version).toBe('1.0')
    break
  }
  for await (const _ of platform.client.apps.list({ isPublic: true })) expect.unreachable()
})

test.each([
  ['says nothing of a next page', { pagination: { total: '3' } }, 3],
  ['has no pagination', {}, 1],
  ['promises more than there is', { pagination: { hasNext: true } }, 3],
])('a list whose page %s has an end', async (_, page, count) => {
  const queries: string[] = []
  const apiUrl = await serveStub(responseJson(200, {}), (request, response) => {
    queries.push(request.url ?? '')
    const apps = queries.length > 3 ? undefined : [{ name: `app${queries.length}` }]
    responseJson(200, { apps, ...page })(request, response)
  })
  const names: unknown[] = []
  for await (const { name } of createClient({ apiUrl, credentials: { accessToken: 't' } }).apps.list()) names.push(name)
  expect(names).toHaveLength(count)
  expect(queries[0]).toBe('/v1/dev/apps?pagination.limit=100&pagination.offset=0')
})

test('64-bit integers stay strings, and unknown fields stay; the token of a registry does not', async () => {
  const app = {
    name: 'app',
    version: '1.0',
    revision: '9007199254740993',
    added: { later: [1] },
    platformConfig: { container: 'c', token: 'hunter2', x: 1 },
  }
  const apiUrl = await serveStub(responseJson(200, {}), responseJson(200, { app }))
  const record = await createClient({ apiUrl, credentials: { accessToken: 't' } }).apps.get('app')
  expect(record).toEqual({ ...app, platformConfig: { container: 'c', x: 1 } })
})

test('an archive is downloaded whole and checked', async () => {
  const { client } = await startPlatform()
  const archive = await archiveOf({ name: 'app', version: '1.0' })
  const { record } = await client.apps.upload(archive, { tag: 'app@1.0' })
  const directory = await temporaryDirectory()
  const file = join(directory, 'app.tar')
  const downloaded = await client.apps.download('app', file)
  expect(downloaded).toMatchObject({ record, verified: true, size: archive.size })
  const bytes = await readFile(file)
  expect(createHash('sha256').update(bytes).digest('base64')).toBe(record.hash)
  expect(await readdir(directory)).toEqual(['app.tar'])
  await expect(client.apps.download('app', join(file, 'x'))).rejects.toMatchObject({ code: 'ARCHIVE_NOT_WRITTEN' })
})

test('an archive that is not the one of the record is not kept', async () => {
  const platform = await startPlatform()
  await platform.client.apps.upload(await archiveOf({ name: 'app', version: '1.0' }), { tag: 'app@1.0' })
  const [stored = ''] = await readdir(join(platform.directory, 'archives'))
  await writeFile(join(platform.directory, 'archives', stored), 'another one')
  const directory = await temporaryDirectory()
  await expect(platform.client.apps.download('app', join(directory, 'app.tar'))).rejects.toMatchObject({ code: 'HASH_MISMATCH' })
  expect(await readdir(directory)).toEqual([])
})

test('a download that breaks is begun anew; its link is neither shown nor given credentials', async () => {
  const headers: unknown[] = []
  const downloads = createServer((request, response) => {
    headers.push(request.headers.authorization)
    response.writeHead(200, { 'content-length': '10' })
    if (headers.length > 1) return response.end('0123456789')
    response.write('01234', () => response.destroy())
  })
  const apiUrl = await serveStub(responseJson(200, {}), (request, response) => {
    if (request.url?.startsWith('/link')) downloads.emit('request', request, response)
    else if (request.url?.endsWith('/download'))
      responseJson(200, { ok: true, message: `${new URL(apiUrl).origin}/link?signature=s3cr3t` })(request, response)
    else responseJson(200, { app: { name: 'app', version: '1.0' } })(request, response)
  })
  const warnings: string[] = []
  const client = createClient({ apiUrl, credentials: { accessToken: 'some-token' }, onWarning: (message) => warnings.push(message) })
  const file = join(await temporaryDirectory(), 'app.tar')
  expect(await client.apps.download('app', file)).toMatchObject({ size: 10, verified: false })
  expect(await readFile(file, 'utf8')).toBe('0123456789')
  expect(headers).toEqual([undefined, undefined])
  expect(warnings).toEqual([expect.stringMatching(/^GET http:\S+\/link failed: .* Trying again in [\d.]+ s \(attempt 2 of 4\)\.$/)])
})

test('a link that is not encrypted is not followed', async () => {
  const apiUrl = await serveStub(responseJson(200, {}), (request, response) => {
    const body = request.url?.endsWith('/download')
      ? { message: 'http://storage.example/x?signature=s3cr3t' }
      : { app: { name: 'app', version: '1.0' } }
    responseJson(200, body)(request, response)
  })
  const downloading = createClient({ apiUrl, credentials: { accessToken: 't' } }).apps.download('app', 'never.tar')
  await expect(downloading).rejects.toMatchObject({ code: 'INVALID_RESPONSE', message: expect.not.stringContaining('s3cr3t') as string })
})

/** A platform that counts, and knows the tokens that it gave out. */
async function tokenStub(expiresIn: unknown, isAccepted: (token: string) => boolean = () => true) {
  const calls: string[] = []
  const apiUrl = await serveStub(
    (request, response) => {
      calls.push('token')
      responseJson(200, { token: `token-${calls.filter((call) => call === 'token').length}`, expiresIn })(request, response)
    },
    (request, response) => {
      const token = request.headers.authorization ?? ''
      calls.push(token)
      responseJson(isAccepted(token) ? 200 : 401, { name: 'stub' })(request, response)
    },
  )
  return { calls, client: createClient({ apiUrl, credentials: { apiKey: 'some-key' }, retries: 0 }) }
}

test('a key is exchanged once for many calls, also at the same time', async () => {
  const { calls, client } = await tokenStub('3600')
  await Promise.all([client.getInfo(), client.getInfo()])
  await client.getInfo()
  expect(calls).toEqual(['token', 'token-1', 'token-1', 'token-1'])
})

test('a token is replaced shortly before it ends', async () => {
  const { calls, client } = await tokenStub('3600')
  await client.getInfo()
  const now = Date.now()
  const clock = vi.spyOn(Date, 'now')
  clock.mockReturnValue(now + 3500_000)
  await client.getInfo()
  clock.mockReturnValue(now + 3590_000)
  await client.getInfo()
  clock.mockRestore()
  expect(calls).toEqual(['token', 'token-1', 'token-1', 'token', 'token-2'])
})

test('a token that is not accepted is replaced once, and the call repeated', async () => {
  const { calls, client } = await tokenStub('3600', (token) => token !== 'token-1')
  expect(await client.getInfo()).toEqual({ name: 'stub' })
  await client.getInfo()
  expect(calls).toEqual(['token', 'token-1', 'token', 'token-2', 'token-2'])
})

test('a token that is not accepted may be given again', async () => {
  const used: string[] = []
  const apiUrl = await serveStub(responseJson(200, { token: 'the-same-token' }), (request, response) => {
    used.push(request.headers.authorization ?? '')
    responseJson(used.length > 1 ? 200 : 401, {})(request, response)
  })
  await createClient({ apiUrl, credentials: { apiKey: 'some-key' }, retries: 0 }).getInfo()
  expect(used).toEqual(['the-same-token', 'the-same-token'])
})

test('a second token that is not accepted is the end', async () => {
  const { calls, client } = await tokenStub('3600', () => false)
  await expect(client.getInfo()).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
  expect(calls).toEqual(['token', 'token-1', 'token', 'token-2'])
})

test('a key that was refused is tried again with the next call', async () => {
  let isKnown = false
  const apiUrl = await serveStub(
    (request, response) => responseJson(isKnown ? 200 : 401, { token: 'token' })(request, response),
    responseJson(200, {}),
  )
  const client = createClient({ apiUrl, credentials: { apiKey: 'some-key' } })
  await expect(client.getInfo()).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
  isKnown = true
  expect(await client.getInfo()).toEqual({})
})

test.each([
  ['the address of another machine without https', { apiUrl: 'http://api.example/v1' }, /must use https/],
  ['retries below zero', { retries: -1 }, /"retries" is -1/],
  ['retries that are no number', { retries: '3' as unknown as number }, /"retries" is "3"/],
  ['a timeout of zero', { timeout: { idle: 0 } }, /"timeout\.idle" is 0/],
  ['a timeout that is not a number', { timeout: { response: NaN } }, /"timeout\.response"/],
])('%s is refused', (_, options: Partial<ClientOptions>, message) => {
  const creating = () => createClient({ apiUrl: 'https://api.example/v1', credentials: { apiKey: 'some-key' }, ...options })
  expect(creating).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringMatching(message) as string }))
})

test.each([
  ['Bearer s3cr3t', /starts with "Bearer"/],
  ['bearer\ts3cr3t', /starts with "Bearer"/],
  ['BYTENITE_API_KEY=s3cr3t', /starts with the variable's name/],
  ['"s3cr3t"', /starts or ends with a quotation mark/],
  ["'s3cr3t", /starts or ends with a quotation mark/],
  ['s3cr3t\n', /starts or ends with whitespace/],
  [' s3cr3t', /starts or ends with whitespace/],
  ['s3c r3t', /contains whitespace/],
  ['s3cr3t–x', /contains an invalid character/],
])('the key %j is explained, and not repeated', (apiKey, message) => {
  const creating = () => createClient({ apiUrl: 'https://api.example/v1', credentials: { apiKey } })
  expect(creating).toThrow(message)
  expect(creating).not.toThrow(/s3c/)
  expect(creating).toThrow(/BYTENITE_API_KEY/)
})
