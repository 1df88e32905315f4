import { once } from 'node:events'
import { readdir, truncate } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { pack, publish } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { readFiles, writeFiles } from '../helpers/project.ts'
import { outputProject, publishProject } from '../helpers/publish.ts'
import { serveStub } from '../helpers/stub-platform.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor, within } from '../helpers/wait-for.ts'

const manifest = { name: 'app', version: '1.0', entrypoint: 'main.js' }

test('a signal ends the packing of a large output at once, with its own reason', async () => {
  const root = await temporaryDirectory()
  await writeFiles(root, { 'dist/main.js': 'x', 'dist/large.bin': '', 'dist/.env': 'x' })
  // Without blocks on disk; reading it takes minutes all the same.
  await truncate(join(root, 'dist/large.bin'), 500_000_000_000)
  const stop = new AbortController()
  const reason = new Error('changed my mind')
  // The warning of the secret comes once everything is selected; what follows is reading.
  const onWarning = (): void => void setTimeout(() => stop.abort(reason), 50)
  const options = { maxBytes: Infinity, archiveFile: 'app.tar', onWarning, signal: stop.signal }
  const packing = pack({ directory: 'dist', root, manifest, env: {}, ...options })
  await expect(within('the end of packing', packing, { timeout: 20_000 })).rejects.toBe(reason)
  expect((await readdir(root, { recursive: true })).toSorted()).toEqual(['dist', 'dist/.env', 'dist/large.bin', 'dist/main.js'])
})

test('a signal that has aborted already lets nothing begin', async () => {
  const platform = await startPlatform()
  const root = await temporaryDirectory()
  await writeFiles(root, { 'dist/main.js': 'x', 'dist/bytenite.app.json': '{}' })
  const signal = AbortSignal.abort(new Error('never'))
  const options = { directory: 'dist', root, manifest, env: platform.env, signal }
  await expect(pack(options)).rejects.toThrow('never')
  await expect(publish(options)).rejects.toThrow('never')
  expect(Object.keys(await readFiles(root)).toSorted()).toEqual(['dist/bytenite.app.json', 'dist/main.js'])
  expect(await platform.uploads()).toEqual([])
})

test('a signal that comes when all is packed lets nothing be sent', async () => {
  const platform = await startPlatform()
  const root = await temporaryDirectory()
  await writeFiles(root, { 'dist/main.js': 'x' })
  const stop = new AbortController()
  const onPacked = () => stop.abort(new Error('looked at it'))
  const publishing = publish({ directory: 'dist', root, manifest, env: platform.env, signal: stop.signal, onPacked })
  await expect(publishing).rejects.toThrow('looked at it')
  expect(await platform.uploads()).toEqual([])
})

test('a signal ends an upload, its connection too, and leaves no record', async () => {
  let connection: Socket | undefined
  const apiUrl = await serveStub((request) => void (connection = request.resume().socket))
  const root = await outputProject({ 'main.js': 'x' })
  const reason = new Error('stopped by the test')
  const stop = new AbortController()
  const publishing = publishProject(root, {}, { apiUrl, accessToken: 't', retries: 3, signal: stop.signal })
  // It is waited for only below.
  publishing.catch(() => {})
  const closed = once(await waitFor('the upload', () => connection), 'close')
  stop.abort(reason)
  await expect(within('the end of publishing', publishing)).rejects.toBe(reason)
  await within('the end of the connection', closed)
  expect(Object.keys(await readFiles(root))).toEqual(['dist/main.js'])
})
