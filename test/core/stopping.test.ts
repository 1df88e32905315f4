import { readdir, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { pack, publish } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { readFiles, writeFiles } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const manifest = { name: 'app', version: '1.0', entrypoint: 'main.js' }

test('a signal ends the packing of a large output at once, with its own reason', async () => {
  const root = await temporaryDirectory()
  await writeFiles(root, { 'dist/main.js': 'x', 'dist/large.bin': '' })
  // Without blocks on disk; reading it takes seconds all the same.
  await truncate(join(root, 'dist/large.bin'), 3_000_000_000)
  const stop = new AbortController()
  const reason = new Error('changed my mind')
  const packing = pack({ directory: 'dist', root, manifest, env: {}, signal: stop.signal, archiveFile: 'app.tar' })
  const timer = setTimeout(() => stop.abort(reason), 50)
  const start = performance.now()
  await expect(packing).rejects.toBe(reason)
  clearTimeout(timer)
  expect(performance.now() - start).toBeLessThan(1_500)
  expect((await readdir(root, { recursive: true })).toSorted()).toEqual(['dist', 'dist/large.bin', 'dist/main.js'])
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
