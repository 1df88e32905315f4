import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, truncate } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { pack, type PackSummary, type PublishOptions } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { readFiles, writeFiles } from '../helpers/project.ts'
import { manifest, outputProject, publishProject } from '../helpers/publish.ts'
import { responseJson, serveStub } from '../helpers/stub-platform.ts'
import { waitFor, within } from '../helpers/wait-for.ts'

const apiKey = 'k3y+/of-32-characters-with-signs'
const record = { name: 'app', version: '1.0', revision: '1' }

/** Publishes, and returns whether the archive was hashed before it was sent. */
async function isHashedFirst(root: string, platform: Pick<PublishOptions, 'env'>, options: Partial<PublishOptions> = {}): Promise<boolean> {
  const summaries: PackSummary[] = []
  const { hash } = await publishProject(root, platform, { ...options, onPacked: (summary) => summaries.push(summary) })
  expect(summaries).toHaveLength(1)
  if (summaries[0]?.hash !== undefined) expect(summaries[0].hash).toEqual(hash)
  return summaries[0]?.hash !== undefined
}

interface Collector {
  env: Record<string, string>
  /** What arrived of an upload, once its connection has ended. */
  arrived(): Promise<{ tar: Buffer; isComplete: boolean }>
}

/** A platform without apps that keeps what arrives of an upload, and accepts it once it is complete. */
async function startCollector(): Promise<Collector> {
  let body = ''
  let isOver = false
  const apiUrl = await serveStub((request, response) => {
    if (request.url?.endsWith('/dev/apps')) {
      request.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')))
      request.on('close', () => (isOver = true))
    }
    responseJson(200, { ...record, token: 'token-of-the-platform' })(request, response)
  })
  return {
    env: { BYTENITE_API_URL: apiUrl, BYTENITE_API_KEY: apiKey },
    async arrived() {
      await waitFor('the end of the upload', () => isOver)
      return { tar: Buffer.from(body.slice('{"data":"'.length), 'base64'), isComplete: body.endsWith('"}') }
    },
  }
}

test('what the platform does not have is hashed while it is sent', async () => {
  const platform = await startPlatform()
  const root = await outputProject({ 'main.js': 'x', 'data.bin': Buffer.alloc(1_000_001, 7) })
  expect(await isHashedFirst(root, platform)).toBe(false)
  // The same bytes as those that are hashed first.
  const again = await publishProject(root, platform, { archiveFile: 'app.tar' })
  expect(again).toMatchObject({ unchanged: true, verified: true, record: { revision: '1' } })
  const digest = createHash('sha256').update(await readFile(join(root, 'app.tar')))
  expect(digest.digest('hex')).toBe(again.hash.hex)
})

test('where the hash decides whether anything is sent, or the archive is shown before, it comes first', async () => {
  const platform = await startPlatform()
  const root = await outputProject({ 'main.js': 'x' })
  expect(await isHashedFirst(root, platform, { archiveFile: 'app.tar' })).toBe(true)
  expect(await isHashedFirst(root, platform)).toBe(true)
  expect(await isHashedFirst(root, platform, { skipUnchanged: false, overwrite: false })).toBe(true)
  expect(await isHashedFirst(root, platform, { skipUnchanged: false })).toBe(false)
  expect(await platform.uploads()).toEqual(['app@1.0', 'app@1.0', 'app@1.0'])
})

test('what a single reading replaced is told, unless it was the same archive', async () => {
  const platform = await startPlatform()
  const root = await outputProject({ 'main.js': 'x' })
  const first = await publishProject(root, platform)
  expect(await publishProject(root, platform, { skipUnchanged: false })).toMatchObject({ unchanged: false, replaced: undefined })
  await writeFiles(root, { 'dist/main.js': 'y' })
  expect((await publishProject(root, platform, { skipUnchanged: false })).replaced).toMatchObject({
    revision: '2',
    hash: first.hash.base64,
  })
})

// Larger than everything that is buffered on the way, so that most of it has arrived before the place that matters is read.
const size = 3_900_000
const piece = 256 * 1024

/** Bytes that are encoded at a time. */
const window = 48 * 1024

/** An output whose z.bin begins with a window: no piece that ends with one is held back for being incomplete. */
async function alignedOutput(content: Buffer): Promise<string> {
  const root = await outputProject({ 'main.js': 'x', 'y.bin': '', 'z.bin': content })
  await pack({ directory: 'dist', root, manifest, env: {}, archiveFile: 'app.tar' })
  const start = (await readFile(join(root, 'app.tar'))).indexOf(content.subarray(0, 1000))
  await writeFiles(root, { 'dist/y.bin': Buffer.alloc(window - (start % window)) })
  return root
}

test.each([
  ['within a piece', 12 * piece + 1_000],
  ['at the start of a piece', 12 * piece],
  ['at the end of a piece', 12 * piece - apiKey.length],
  ...[1, 2, 16, apiKey.length - 1].map((bytes): [string, number] => [`across pieces, ${bytes} bytes in the first`, 12 * piece - bytes]),
])('no byte of a credential leaves that stands %s', async (_, place) => {
  const content = Buffer.alloc(size, '.')
  content.write(apiKey, place)
  const platform = await startCollector()
  const root = await alignedOutput(content)
  await expect(publishProject(root, platform)).rejects.toMatchObject({
    code: 'SECRET_FOUND',
    message: expect.stringMatching(new RegExp(`z\\.bin contains the API key at byte ${place}\\. The upload was stopped\\.\n`)) as string,
  })
  const { tar, isComplete } = await platform.arrived()
  const start = tar.indexOf('.'.repeat(1000))
  expect(start).toBeGreaterThan(0)
  expect(tar.subarray(start).equals(Buffer.alloc(tar.length - start, '.'))).toBe(true)
  expect(tar.length - start).toBeLessThanOrEqual(place)
  // That it was being sent by then.
  expect(tar.length).toBeGreaterThan(1_000_000)
  expect(isComplete).toBe(false)
  expect(Object.keys(await readFiles(root)).toSorted()).toEqual(['app.tar', 'dist/main.js', 'dist/y.bin', 'dist/z.bin'])
})

test('a credential across pieces of a file is found in base64 as well, and does not leave', async () => {
  const encoded = Buffer.from(`user:${apiKey}`).toString('base64')
  const content = Buffer.alloc(size, '.')
  content.write(encoded, 9 * piece - 20)
  const platform = await startCollector()
  const root = await alignedOutput(content)
  await expect(publishProject(root, platform)).rejects.toMatchObject({ code: 'SECRET_FOUND' })
  expect((await platform.arrived()).tar.includes(encoded.slice(7, 13))).toBe(false)
})

test.each<[string, Record<string, string>, Partial<PublishOptions>, RegExp]>([
  [
    'a #! line that ends with CRLF',
    { 'a-tool': '#!/bin/sh\r\n' },
    {},
    /^The upload was stopped, because the app would fail in container node:22-slim \(1 error\):\n {2}- \[crlf-shebang\] .* a-tool ends with CRLF/,
  ],
  [
    "a secret of someone else's, where that is an error",
    { 'a.txt': `npm_${createHash('sha512').update('seed').digest('base64').replace(/\W/g, 'x7').slice(0, 36)}` },
    { checks: { 'secret-content': 'error' } },
    /^The upload was stopped, .*\n {2}- \[secret-content\] a\.txt contains what looks like an npm token in line 1/,
  ],
])('%s stops the upload before its end, and the platform keeps nothing', async (_, files, options, message) => {
  const root = await outputProject({ 'main.js': 'x', 'z.bin': Buffer.alloc(size, '.'), ...files })
  const platform = await startPlatform()
  const error = { code: 'CHECK_FAILED', message: expect.stringMatching(message) as string }
  await expect(publishProject(root, platform, options)).rejects.toMatchObject(error)
  expect(await platform.uploads()).toEqual([])
  for (const folder of ['archives', 'incoming']) {
    await waitFor(`nothing in ${folder}`, async () => (await readdir(join(platform.directory, folder))).length === 0)
  }
  expect(Object.keys(await readFiles(root))).not.toContain('dist/bytenite.app.json')

  const collector = await startCollector()
  await expect(publishProject(root, collector, options)).rejects.toMatchObject(error)
  const { tar, isComplete } = await collector.arrived()
  expect(tar.length).toBeGreaterThan(1_000_000)
  expect(isComplete).toBe(false)
})

test('a warning about the content is given once, however often it is sent', async () => {
  let uploads = 0
  const apiUrl = await serveStub((request, response) => {
    responseJson(++uploads === 1 ? 503 : 200, record)(request, response)
  })
  const warnings: string[] = []
  const root = await outputProject({ 'a-tool': '#!/bin/sh\r\n', 'main.js': 'x' })
  const onWarning = (message: string): void => void warnings.push(message)
  await publishProject(root, {}, { apiUrl, accessToken: 't', retries: 1, checks: { 'crlf-shebang': 'warn' }, onWarning })
  expect(uploads).toBe(2)
  expect(warnings).toEqual([
    expect.stringContaining('[crlf-shebang] The #! line of a-tool'),
    expect.stringMatching(/failed with 503.*Trying again/),
  ])
})

/** An output with an error that is found at once, and content that takes a while to read: all problems are listed. */
async function brokenOutput(): Promise<string> {
  const root = await outputProject({ 'main.js': `import 'left-pad'`, 'z.bin': '' })
  // Without blocks on disk.
  await truncate(join(root, 'dist/z.bin'), 400_000_000)
  return root
}

test('an error of the output ends the question that the platform was asked in the meantime', async () => {
  let asked: Socket | undefined
  const apiUrl = await serveStub(
    () => expect.unreachable(),
    (request) => void (asked = request.socket),
  )
  const { signal } = new AbortController()
  const publishing = publishProject(await brokenOutput(), {}, { apiUrl, accessToken: 't', signal })
  publishing.catch(() => {})
  const closed = once(await waitFor('the question', () => asked), 'close')
  await expect(within('the end of publishing', publishing)).rejects.toMatchObject({ code: 'CHECK_FAILED' })
  await within('the end of the connection', closed)
})

test('an error of the output is the one that is thrown, whatever became of the question', async () => {
  let isAsked = false
  const apiUrl = await serveStub(
    () => expect.unreachable(),
    (request, response) => {
      isAsked = true
      responseJson(403, { message: 'not yours' })(request, response)
    },
  )
  const { signal } = new AbortController()
  const options = { apiUrl, accessToken: 't', signal }
  // A rejection that nobody handles would fail the test.
  await expect(publishProject(await brokenOutput(), {}, options)).rejects.toMatchObject({ code: 'CHECK_FAILED' })
  expect(isAsked).toBe(true)
  await expect(publishProject(await outputProject({ 'main.js': 'x' }), {}, options)).rejects.toMatchObject({ status: 403 })
})

test('a refused question is the end: nothing is announced or sent', async () => {
  const apiUrl = await serveStub(() => expect.unreachable(), responseJson(500, {}))
  const root = await outputProject({ 'main.js': 'x' })
  const onPacked = (): void => expect.unreachable()
  await expect(publishProject(root, {}, { apiUrl, accessToken: 't', onPacked })).rejects.toMatchObject({ code: 'PLATFORM_ERROR' })
})
