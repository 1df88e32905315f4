import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PackSummary, PublishOptions } from 'bytenite-uploader'
import type { AppRecord } from 'bytenite-uploader/wire'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { readFiles, readRecord } from '../helpers/project.ts'
import { outputProject, publishProject } from '../helpers/publish.ts'
import { responseJson, serveStub } from '../helpers/stub-platform.ts'

const staleRecord = '{"name":"stale"}\n'

function project(): Promise<string> {
  return outputProject({
    'main.js': 'console.log(1)\n',
    'data.bin': Buffer.alloc(1_000_001, 7),
    'bytenite.app.json': staleRecord,
  })
}

test('what arrives is the output, and the record is written beside it', async () => {
  const platform = await startPlatform()
  const root = await project()
  const published = await publishProject(root, platform)
  expect(published).toMatchObject({ tag: 'app@1.0', files: 2, verified: true, recordFile: join(root, 'dist/bytenite.app.json') })
  expect(published.record).toMatchObject({ name: 'app', version: '1.0', revision: '1', hash: published.hash.base64 })
  expect(await readRecord(root)).toEqual(published.record)

  const app = await platform.extractApp(published.record)
  const { 'dist/bytenite.app.json': __, ...output } = await readFiles(root)
  expect(Object.keys(app)).toEqual(['app/data.bin', 'app/main.js'])
  expect(app['app/data.bin']?.equals(output['dist/data.bin'] ?? Buffer.of())).toBe(true)
  expect(app['app/main.js']?.equals(output['dist/main.js'] ?? Buffer.of())).toBe(true)
})

test('publishing again replaces the record, and sends the same archive', async () => {
  const platform = await startPlatform()
  const root = await project()
  const first = await publishProject(root, platform)
  const second = await publishProject(root, platform, { skipUnchanged: false })
  expect(second.hash).toEqual(first.hash)
  expect(second.record.revision).toBe('2')
  expect(await platform.uploads()).toEqual(['app@1.0', 'app@1.0'])
})

test('an engine goes to the engines', async () => {
  const platform = await startPlatform()
  const root = await project()
  const { record } = await publishProject(root, platform, { manifest: { type: 'partitioner' } })
  expect(record).toMatchObject({ name: 'app', type: 'partitioner' })
  expect(await platform.uploads()).toEqual([])
})

test("the registry's token goes to the platform, and not into the record", async () => {
  const platform = await startPlatform()
  const root = await project()
  const platformConfig = { container: 'ghcr.io/a/b:1', privateImage: true, username: 'robot', token: 'hunter2hunter2' }
  const { record } = await publishProject(root, platform, { manifest: { platformConfig } })
  expect(record.platformConfig).toMatchObject({ container: 'ghcr.io/a/b:1', username: 'robot' })
  expect(JSON.stringify(record)).not.toContain('hunter2')
  expect(String((await platform.extract(record))['manifest.json'])).toContain('hunter2hunter2')
  const file = await readFile(join(root, 'dist/bytenite.app.json'), 'utf8')
  expect(file).not.toContain('hunter2')
  expect(JSON.parse(file)).toMatchObject({ platformConfig: { container: 'ghcr.io/a/b:1', username: 'robot' } })
})

test('the record can go elsewhere, or nowhere', async () => {
  const platform = await startPlatform()
  const root = await project()
  const elsewhere = await publishProject(root, platform, { record: 'records/app.json' })
  expect(elsewhere.recordFile).toBe(join(root, 'records/app.json'))
  expect(Object.keys(await readFiles(join(root, 'records')))).toEqual(['app.json'])
  const nowhere = await publishProject(root, platform, { record: false })
  expect(nowhere.recordFile).toBeUndefined()
  expect(await readFile(join(root, 'dist/bytenite.app.json'), 'utf8')).toBe(staleRecord)
})

test('a record that cannot be written is an error that says what is published', async () => {
  const platform = await startPlatform()
  const root = await project()
  await expect(publishProject(root, platform, { record: 'dist/main.js/record.json' })).rejects.toMatchObject({
    code: 'RECORD_NOT_WRITTEN',
    message: expect.stringMatching(/^app@1\.0 is published, but .*dist\/main\.js\/record\.json/) as string,
  })
})

test.each<[string, Partial<PublishOptions>, string]>([
  ['no credentials', {}, 'NO_CREDENTIALS'],
  ['a key that is not accepted', { apiKey: 'wrong' }, 'UNAUTHORIZED'],
  ['a token that is not accepted', { accessToken: 'wrong' }, 'UNAUTHORIZED'],
  ['a manifest that breaks a rule', { apiKey: 'x', manifest: { name: 'not valid' } }, 'INVALID_MANIFEST'],
  ['no output', { apiKey: 'x', include: 'none/**' }, 'NO_OUTPUT'],
])('with %s nothing is sent, and no record is left', async (_, options, code) => {
  const platform = await startPlatform()
  const root = await project()
  const publishing = publishProject(root, { env: { BYTENITE_API_URL: platform.apiUrl } }, options)
  await expect(publishing).rejects.toMatchObject({ name: 'ByteNiteError', code })
  expect(await platform.uploads()).toEqual([])
  expect(Object.keys(await readFiles(root)).toSorted()).toEqual(['dist/data.bin', 'dist/main.js'])
})

const record: AppRecord = { name: 'app', version: '1.0', revision: '1', status: 'inactive' }

test.each<[string, number, unknown, object]>([
  [
    'a refusal with a reason',
    400,
    { ok: false, requestId: 'r-1', message: 'bad request', error: { message: 'no', description: 'bad tar' } },
    { code: 'REFUSED', status: 400, requestId: 'r-1', message: expect.stringMatching(/400: no: bad tar: bad request\.\n/) },
  ],
  [
    'a refusal by the gateway',
    403,
    { code: 7, message: 'not yours' },
    { code: 'REFUSED', status: 403, message: expect.stringContaining('not yours') },
  ],
  [
    'a page of a proxy',
    502,
    '<html><h1>Bad Gateway</h1></html>',
    { code: 'PLATFORM_ERROR', status: 502, message: expect.stringContaining('502: Bad Gateway') },
  ],
  ['an empty failure', 503, '', { code: 'PLATFORM_ERROR', status: 503 }],
  ['a redirect', 302, '', { code: 'INVALID_RESPONSE', status: 302 }],
  ['a success that is no JSON', 200, 'OK', { code: 'INVALID_RESPONSE' }],
  ['a success that is no record', 200, { ok: true }, { code: 'INVALID_RESPONSE' }],
  [
    'the record of another app',
    200,
    { ...record, name: 'other' },
    { code: 'INVALID_RESPONSE', message: expect.stringContaining('other@1.0') },
  ],
  ['another hash', 200, { ...record, hash: 'Plv5qqtm1jPtm8Brq4jMj9u/zSJMQV85fl62UNxltcM=' }, { code: 'HASH_MISMATCH' }],
])('%s is no success, and leaves no record', async (_, status, body, error) => {
  const root = await project()
  const apiUrl = await serveStub(responseJson(status, body))
  await expect(publishProject(root, {}, { accessToken: 't', apiUrl })).rejects.toMatchObject(error)
  expect(Object.keys(await readFiles(root)).toSorted()).toEqual(['dist/data.bin', 'dist/main.js'])
})

test('a connection that breaks is no success', async () => {
  const root = await project()
  const apiUrl = await serveStub((request) => request.once('data', () => request.destroy()))
  await expect(publishProject(root, {}, { accessToken: 't', apiUrl })).rejects.toMatchObject({ code: 'UNREACHABLE' })
})

test('a response without a hash is a success that is not verified; fields we do not know are kept', async () => {
  const root = await project()
  const apiUrl = await serveStub(responseJson(200, { ...record, later: { added: [1] } }))
  const published = await publishProject(root, {}, { accessToken: 't', apiUrl })
  expect(published.verified).toBe(false)
  expect(await readRecord(root)).toEqual({ ...record, later: { added: [1] } })
})

test('a hash in hexadecimal digits is compared as bytes too', async () => {
  const root = await project()
  const { hash } = await publishProject(root, await startPlatform())
  const apiUrl = await serveStub(responseJson(200, { ...record, hash: hash.hex.toUpperCase() }))
  expect((await publishProject(root, {}, { accessToken: 't', apiUrl })).verified).toBe(true)
})

test.each([
  ['is read once', undefined],
  ['was hashed before', { app: { ...record, hash: 'Plv5qqtm1jPtm8Brq4jMj9u/zSJMQV85fl62UNxltcM=' } }],
])('a file that changes before it is sent stops the upload of an archive that %s', async (_, existing) => {
  const root = await project()
  let arrived = ''
  const apiUrl = await serveStub(
    (request) => {
      request.on('data', (chunk) => (arrived += String(chunk)))
      request.on('error', () => {})
    },
    responseJson(existing === undefined ? 404 : 200, existing ?? {}),
  )
  const onPacked = ({ hash }: PackSummary): void => {
    expect(hash === undefined).toBe(existing === undefined)
    writeFileSync(join(root, 'dist/main.js'), 'console.log(2)\n')
  }
  await expect(publishProject(root, {}, { accessToken: 't', apiUrl, onPacked })).rejects.toMatchObject({ code: 'FILE_CHANGED' })
  expect(arrived.endsWith('"}')).toBe(false)
})
