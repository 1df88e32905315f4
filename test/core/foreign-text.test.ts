import { createHash } from 'node:crypto'
import { symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { ByteNiteError, createClient, pack, type Client, type PackOptions, type PublishOptions } from 'bytenite-uploader'
import type { AppRecord } from 'bytenite-uploader/wire'
import { describe, expect, test } from 'vitest'
import { expectForeignIsPlain, expectPlain, foreign } from '../helpers/foreign-text.ts'
import { listen } from '../helpers/listen.ts'
import { run } from '../helpers/process.ts'
import { writeFiles, type Files } from '../helpers/project.ts'
import { outputProject, publishProject } from '../helpers/publish.ts'
import { responseJson, serveStub } from '../helpers/stub-platform.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

/** An error, as whoever catches it shows it, and as Node shows one that nobody catches. */
async function shownErrorOf(promise: Promise<unknown>): Promise<{ error: ByteNiteError; texts: string[] }> {
  const error = await promise.then(
    () => expect.unreachable(),
    (reason: unknown) => reason as ByteNiteError,
  )
  expect(error).toBeInstanceOf(ByteNiteError)
  const { message, hint = '', requestId = '', stack = '' } = error
  return { error, texts: [message, hint, requestId, stack, inspect(error)] }
}

function expectPlainError({ error, texts }: Awaited<ReturnType<typeof shownErrorOf>>): void {
  expectForeignIsPlain(error.message)
  for (const text of texts) expectPlain(text)
}

/** Publishes to a platform that responds like this to what is posted, and to what is asked for. */
async function publishTo(post: [number, unknown], get: [number, unknown] = [404, {}], options: Partial<PublishOptions> = {}) {
  const apiUrl = await serveStub(responseJson(...post), responseJson(...get))
  const env = { BYTENITE_API_URL: apiUrl, BYTENITE_ACCESS_TOKEN: 't' }
  return publishProject(await outputProject({ 'main.js': '' }), { env }, options)
}

function clientOf(apiUrl: string): Client {
  return createClient({ apiUrl, credentials: { accessToken: 't' }, retries: 0 })
}

describe('of a platform', () => {
  const uploaded: AppRecord = { name: 'app', version: '1.0', revision: '1', status: 'inactive' }
  const rpc = { code: 3, message: foreign, details: [] }
  const generic = { ok: false, requestId: foreign, message: foreign, error: { code: foreign, message: foreign, description: foreign } }

  test.concurrent.each<[string, [number, unknown], [number, unknown]?, Partial<PublishOptions>?]>([
    ['the message, the description and the request of a refusal', [400, generic]],
    ['a refusal with a status of success', [200, generic]],
    ['the status of a gateway', [500, rpc]],
    ['plain text', [503, foreign]],
    ['a page', [502, `<html><title>x</title><body>${foreign}</body></html>`]],
    ['a refusal of what is asked for', [200, uploaded], [403, generic]],
    ['the record of another app', [200, { ...uploaded, name: foreign }]],
    ['the hash of another archive', [200, { ...uploaded, hash: foreign }]],
    ['what is there already', [200, uploaded], [200, { app: { ...uploaded, revision: foreign, status: foreign } }], { overwrite: false }],
    [
      'the status of what does not become active',
      [200, { ok: true, ...uploaded }],
      [200, { app: { ...uploaded, status: foreign } }],
      { activate: true, timeout: { total: 2_500 } },
    ],
  ])('%s', async (_, post, get, options) => {
    expectPlainError(await shownErrorOf(publishTo(post, get, options)))
  })

  test.concurrent.each<[string, Partial<PublishOptions>, RegExp]>([
    ['an activation', { activate: true }, /\/activate$/],
    ['a template', { template: { description: 'd' } }, /\/templates$/],
  ])('a refusal of %s, which becomes part of another message', async (_, options, refused) => {
    const apiUrl = await serveStub((request, response) => {
      responseJson(...((refused.test(request.url ?? '') ? [400, generic] : [200, uploaded]) as [number, unknown]))(request, response)
    })
    const env = { BYTENITE_API_URL: apiUrl, BYTENITE_ACCESS_TOKEN: 't' }
    expectPlainError(await shownErrorOf(publishProject(await outputProject({ 'main.js': '' }), { env }, options)))
  })

  test.concurrent('a response that is not HTTP', async () => {
    const server = createServer((socket) => socket.on('data', () => socket.end(`HTTP/1.1 ${foreign}`)))
    const { error, texts } = await shownErrorOf(clientOf(`http://127.0.0.1:${await listen(server)}/v1`).getInfo())
    expect(error.code).toBe('UNREACHABLE')
    for (const text of texts) expectPlain(text)
  })

  test.concurrent('a compression that nobody knows', async () => {
    const headers = { 'content-encoding': 'begin\u009b31m\u00ad\u0085' }
    const { error, texts } = await shownErrorOf(clientOf(await serveStub(responseJson(200, {}), responseJson(200, {}, headers))).getInfo())
    expect(error.message).toContain('the content encoding "begin\\u009b31m\\u00ad\\u0085"')
    for (const text of texts) expectPlain(text)
  })

  test.concurrent('fields of a record are cut', async () => {
    const app = { ...uploaded, revision: '1'.repeat(1_000_000), status: 'x'.repeat(1_000_000) }
    const { error } = await shownErrorOf(publishTo([200, uploaded], [200, { app }], { overwrite: false }))
    expect(error.message).toContain(`(revision ${'1'.repeat(100)}…, ${'x'.repeat(100)}…)`)
  })

  test.concurrent('a refused API key', async () => {
    const env = { BYTENITE_API_URL: await serveStub(responseJson(401, generic)), BYTENITE_API_KEY: 'key' }
    expectPlainError(await shownErrorOf(publishProject(await outputProject({ 'main.js': '' }), { env })))
  })

  test.concurrent('where it redirects to', async () => {
    const headers = { location: 'https://begin\u009b31m\u00ad\u0085.example/' }
    const apiUrl = await serveStub(responseJson(200, {}), responseJson(302, foreign, headers))
    const { error, texts } = await shownErrorOf(clientOf(apiUrl).getInfo())
    expect(error.message).toContain('redirected')
    for (const text of texts) expectPlain(text)
  })

  /** A platform that works only when it is asked again. */
  async function failingFirst(): Promise<string> {
    let isFirst = true
    return serveStub(responseJson(200, uploaded), (request, response) => {
      const reply = isFirst ? responseJson(503, generic, { 'retry-after': '0' }) : responseJson(404, {})
      isFirst = false
      reply(request, response)
    })
  }

  test.concurrent('the warning before another attempt, of publish() and of a client', async () => {
    const warnings: string[] = []
    const onWarning = (message: string): void => void warnings.push(message)
    const env = { BYTENITE_API_URL: await failingFirst(), BYTENITE_ACCESS_TOKEN: 't' }
    await publishProject(await outputProject({ 'main.js': '' }), { env }, { retries: 1, onWarning })
    const client = createClient({ apiUrl: await failingFirst(), credentials: { accessToken: 't' }, onWarning })
    await expect(client.getInfo()).rejects.toMatchObject({ status: 404 })
    expect(warnings).toHaveLength(2)
    for (const warning of warnings) {
      expectForeignIsPlain(warning)
      expect(warning).not.toContain('\n')
    }
  })

  test.concurrent('the record and the link of an archive to download', async () => {
    const app = { ...uploaded, name: foreign, hash: foreign }
    const file = join(await temporaryDirectory(), 'app.tar')
    const respond = async (message: (apiUrl: string) => string): Promise<Client> => {
      const apiUrl: string = await serveStub(responseJson(200, {}), (request, response) => {
        const isLink = request.url?.endsWith('/download') === true
        responseJson(200, isLink ? { ok: true, message: message(apiUrl) } : { app })(request, response)
      })
      return clientOf(apiUrl)
    }
    const badLink = await respond(() => foreign)
    expectPlainError(await shownErrorOf(badLink.apps.download('app', file)))
    const badHash = await respond((apiUrl) => `${apiUrl}/archive`)
    expectPlainError(await shownErrorOf(badHash.apps.download('app', file)))
  })

  test.concurrent('what is data stays as it came', async () => {
    const status = foreign
    const { record } = await publishTo([200, { ...uploaded, status, added: [foreign] }])
    expect(record).toEqual({ ...uploaded, status, added: [foreign] })
  })
})

interface Outcome {
  warnings: string[]
  notes: readonly string[]
  error: ByteNiteError | undefined
}

/** A project with a valid manifest and one file of output, unless these files replace them. */
async function project(files: Files = {}): Promise<string> {
  const root = await temporaryDirectory()
  await writeFiles(root, { 'dist/main.js': '', 'package.json': '{ "name": "app", "version": "1.0.0" }', ...files })
  return root
}

async function packProject(files: Files, options: Partial<PackOptions> = {}, directory = 'dist'): Promise<Outcome> {
  return packIn(await project(files), options, directory)
}

async function packIn(root: string, options: Partial<PackOptions> = {}, directory = 'dist'): Promise<Outcome> {
  const warnings: string[] = []
  const manifest = { entrypoint: 'main.js', ...options.manifest }
  try {
    const packed = await pack({ directory, root, env: {}, onWarning: (message) => warnings.push(message), ...options, manifest })
    return { warnings, notes: packed.notes, error: undefined }
  } catch (error) {
    return { warnings, notes: [], error: error as ByteNiteError }
  }
}

/** Expects that something is refused, in a message of so many lines, and that all of it is plain. */
async function expectRefusal({ error }: Outcome, code: string, lines?: number): Promise<void> {
  expect(error).toMatchObject({ code })
  const shown = await shownErrorOf(Promise.reject(error as Error))
  expectPlainError(shown)
  if (lines !== undefined) expect(shown.error.message.split('\n')).toHaveLength(lines)
}

function expectWarning({ warnings, error }: Outcome): void {
  expect(error).toBeUndefined()
  expect(warnings).toHaveLength(1)
  expectForeignIsPlain(warnings.join())
  expect(warnings.join()).not.toContain('\n')
}

const json = JSON.stringify

describe("of a project's files", () => {
  test.concurrent('keys of manifest.json, which are passed on', async () => {
    expectWarning(await packProject({ 'manifest.json': json({ [foreign]: 1 }) }))
    expectWarning(await packProject({ 'manifest.json': json({ platform_config: { [foreign]: 1 } }) }))
  })

  test.concurrent.each<[string, Files, string, number?]>([
    [
      'values in manifest.json',
      { 'manifest.json': json({ name: foreign, version: foreign, platform_config: foreign }) },
      'INVALID_MANIFEST',
      4,
    ],
    ['values in package.json', { 'package.json': json({ name: foreign, version: foreign }) }, 'INVALID_MANIFEST', 3],
    ['a manifest.json that is not JSON', { 'manifest.json': foreign }, 'INVALID_MANIFEST', 1],
    ['values in template.json', { 'template.json': json({ id: foreign, app: foreign }) }, 'INVALID_OPTION', 3],
    ['a template.json that is not an object', { 'template.json': json(foreign) }, 'INVALID_OPTION', 1],
    ['the draft of a schema', { 'schema.json': json({ $schema: foreign }) }, 'INVALID_OPTION', 2],
    ['a name in a schema', { 'schema.json': json({ properties: { [foreign]: 1 } }) }, 'INVALID_OPTION', 2],
  ])('%s', async (_, files, code, lines) => {
    await expectRefusal(await packProject(files), code, lines)
  })

  test.concurrent('the version of a package, in a note', async () => {
    const version = `0.0.1+${foreign.replaceAll(/[\n\r\u2028\u2029]/g, '')}`
    const { notes, error } = await packProject({ 'package.json': json({ name: 'app', version }) })
    expect(error).toBeUndefined()
    expect(notes).toEqual([expect.stringContaining('named by'), expect.stringContaining('becomes 0.0')])
    expectForeignIsPlain(notes.join())
  })

  test.concurrent('the directory of a project, in a note and as its output', async () => {
    const root = await project({ [`${foreign}/package.json`]: '{ "name": "app", "version": "1.0.0" }', [`${foreign}/dist/main.js`]: '' })
    const { notes, error } = await packIn(join(root, foreign))
    expect(error).toBeUndefined()
    expect(notes).toHaveLength(1)
    expectForeignIsPlain(notes.join())
    await expectRefusal(await packIn(join(root, foreign), {}, '.'), 'INVALID_OPTION', 2)
  })

  test.concurrent.each<[string, Partial<PackOptions>, string, number?]>([
    ['a field of the manifest', { manifest: { name: foreign } }, 'INVALID_MANIFEST', 2],
    ['the entrypoint', { manifest: { entrypoint: `${foreign}.js` } }, 'NO_ENTRYPOINT', 2],
    ['entry files', { manifest: { entrypoint: undefined }, entryFiles: [`/x/${foreign}`, '/x/b.js'] }, 'NO_ENTRYPOINT', 2],
    ['the name of an option', { [foreign]: 1 }, 'INVALID_OPTION', 2],
    ['the value of an option', { include: [foreign, ''] }, 'INVALID_OPTION', 1],
    ['the archive file', { archiveFile: `${foreign}/package.json` }, 'INVALID_OPTION', 2],
    ['a path that cannot be written', { archiveFile: `dist/main.js/${foreign}` }, 'ARCHIVE_NOT_WRITTEN', 2],
    ['the template', { template: foreign }, 'INVALID_OPTION', 1],
  ])('%s', async (_, options, code, lines) => {
    await expectRefusal(await packProject({}, options), code, lines)
  })

  test.concurrent('the output directory', async () => {
    await expectRefusal(await packProject({}, {}, foreign), 'NO_OUTPUT', 2)
    await expectRefusal(await packProject({ [`${foreign}/package.json`]: '' }, { exclude: '**' }, foreign), 'NO_OUTPUT', 2)
  })

  test.concurrent('the record', async () => {
    const apiUrl = await serveStub(responseJson(200, { name: 'app', version: '1.0' }))
    const env = { BYTENITE_API_URL: apiUrl, BYTENITE_ACCESS_TOKEN: 't' }
    const root = await outputProject({ 'main.js': '' })
    const shown = await shownErrorOf(publishProject(root, { env }, { record: `dist/main.js/${foreign}` }))
    expect(shown.error.code).toBe('RECORD_NOT_WRITTEN')
    expectPlainError(shown)
  })
})

const es = `import 'left-pad'\n`

/** Made here: a real token in this file would be one too many. */
const randomText = createHash('sha512').update('seed').digest('base64').replaceAll(/\W/g, 'x').slice(0, 36)

describe("of an output's files", () => {
  test.concurrent.each<[string, Files, Partial<PackOptions>?]>([
    ['a name that looks secret', { [`dist/.env${foreign}`]: '' }],
    ['names that are the same without their case', { [`dist/${foreign}`]: '', [`dist/${foreign.toUpperCase()}`]: '' }],
    ['the name of a file that this build did not write', { [`dist/${foreign}`]: '' }, { staleBefore: new Date(Date.now() + 60_000) }],
    ['the #! line of a file', { [`dist/${foreign}`]: '#!/bin/sh\r\n' }, { checks: { 'crlf-shebang': 'warn' } }],
    ['a module that reads the environment', {}, { sourceModules: [{ file: foreign, code: 'process.env.X' }] }],
    ['an entry file', {}, { entryFiles: [foreign] }],
    ['a file with a token of somebody', { [`dist/${foreign}`]: `npm_${randomText}` }],
  ])('%s', async (_, files, options) => {
    expectWarning(await packProject(files, options))
  })

  test.concurrent.each<[string, Files, Partial<PackOptions>, number]>([
    ['an import', { 'dist/main.js': `import ${json(foreign)}` }, {}, 4],
    ['a chunk', { 'dist/main.js': `import ${json(`./${foreign}.js`)}`, [`dist/${foreign}.js`]: es }, {}, 4],
    ['a CommonJS file', { [`dist/${foreign}.cjs`]: 'export default 1' }, { manifest: { entrypoint: `${foreign}.cjs` } }, 4],
    ['a native addon', { 'dist/main.js': 'export default 1', [`dist/${foreign}.node`]: 'MZ\x90\0' }, {}, 4],
  ])('%s, in the list of errors', async (_, files, options, lines) => {
    await expectRefusal(await packProject(files, options), 'CHECK_FAILED', lines)
  })

  test.concurrent('the largest folders', async () => {
    await expectRefusal(await packProject({ [`dist/${foreign}/x`]: 'xx' }, { maxBytes: 1 }), 'TOO_LARGE', 4)
  })

  test.concurrent('a file that holds a credential', async () => {
    const apiKey = 'a key of more than 16 characters'.replaceAll(' ', '-')
    await expectRefusal(await packProject({ [`dist/${foreign}`]: apiKey }, { env: { BYTENITE_API_KEY: apiKey } }), 'SECRET_FOUND', 2)
  })

  test.concurrent.each([
    ['nowhere', '/nowhere'],
    ['outside', '..'],
    ['to its parent', '.'],
  ])('a link that leads %s', async (_, target) => {
    const root = await project()
    await symlink(target, join(root, 'dist', foreign))
    await expectRefusal(await packIn(root), 'UNSAFE_LINK', 2)
  })

  test.concurrent('the target of a link', async () => {
    const root = await project({ [foreign]: '' })
    await symlink(`../${foreign}`, join(root, 'dist/link'))
    await expectRefusal(await packIn(root), 'UNSAFE_LINK', 2)
  })

  test.concurrent('a pipe', async () => {
    const root = await project()
    await run('mkfifo', [join(root, 'dist', foreign)], { cwd: root })
    expectWarning(await packIn(root))
  })
})

test('an error keeps the line breaks between its parts, and no others', () => {
  const error = new ByteNiteError('REFUSED', 'a\nb', { details: ['  - c\r\nd', '  - e'], hint: 'f\ng', requestId: 'h\ni' })
  expect(error.message).toBe('a\\nb\n  - c\\r\\nd\n  - e\nf\\ng')
  expect(error).toMatchObject({ hint: 'f\\ng', requestId: 'h\\ni' })
})

test('the cause of an error stays as it is, unless its message is not plain', () => {
  const cause = new TypeError('x')
  expect(new ByteNiteError('REFUSED', 'a', { cause }).cause).toBe(cause)
  const error = new ByteNiteError('REFUSED', 'a', { cause: Object.assign(new Error(foreign), { code: 'ENOENT', path: foreign }) })
  expect(error.cause).toMatchObject({ code: 'ENOENT' })
  expectForeignIsPlain((error.cause as Error).message)
  expectPlain(inspect(error))
})
