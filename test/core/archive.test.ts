import { createHash } from 'node:crypto'
import { readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createArchive, createManifest, pack, resolveOptions, selectFiles, type PackOptions } from 'bytenite-uploader'
import { extract } from 'tar-stream'
import { expect, test } from 'vitest'
import { runSuccessfully } from '../helpers/process.ts'
import { readFiles, writeFiles, type Files } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const manifest = { name: 'a', version: '1.0', entrypoint: 'main.js', platformConfig: { container: 'node:22-slim' } }

async function packFiles(files: Files, options: Partial<PackOptions> = {}) {
  const root = await temporaryDirectory()
  await writeFiles(join(root, 'dist'), files)
  const packed = await pack({ directory: 'dist', root, manifest, env: {}, archiveFile: 'out/app.tar', template: false, ...options })
  return { root, packed, tar: join(root, 'out/app.tar') }
}

/** Sizes around every boundary, and names that need a pax header. */
const files: Files = {
  'main.js': 'console.log(1)\n',
  empty: '',
  'one-byte': 'x',
  'block-1': Buffer.alloc(511, 1),
  block: Buffer.alloc(512, 2),
  'block+1': Buffer.alloc(513, 3),
  'chunk-1': Buffer.alloc(256 * 1024 - 1, 4),
  chunk: Buffer.alloc(256 * 1024, 5),
  'chunk+1': Buffer.alloc(256 * 1024 + 1, 6),
  'large.bin': Buffer.from(Array.from({ length: 3_000_001 }, (_, index) => (index * 7919) & 255)),
  'bin/tool': '#!/bin/sh\n',
  'deep/er/file.txt': 'x',
  'with space/ä é.txt': 'unicode',
  ['n'.repeat(100 - 'app/'.length)]: 'just fits',
  ['m'.repeat(101 - 'app/'.length)]: 'needs pax',
  [`${'d'.repeat(120)}/${'f'.repeat(200)}`]: 'needs pax twice',
  [`${'é'.repeat(60)}.txt`]: 'long and unicode',
}

test("the system's tar extracts exactly the output, with manifest.json beside it", async () => {
  const { root, packed, tar } = await packFiles(files)
  const target = await temporaryDirectory()
  await runSuccessfully('tar', ['-xf', tar, '-C', target], { cwd: target })
  const extracted = await readFiles(target)
  const expected = Object.fromEntries(Object.entries(await readFiles(join(root, 'dist'))).map(([path, bytes]) => [`app/${path}`, bytes]))
  const { 'manifest.json': manifestFile, ...app } = extracted
  expect(Object.keys(app).toSorted()).toEqual(Object.keys(expected).toSorted())
  for (const [path, bytes] of Object.entries(expected)) expect(app[path]?.equals(bytes), path).toBe(true)
  expect(JSON.parse(String(manifestFile))).toEqual(packed.manifest.file)
  expect(packed.files).toBe(Object.keys(files).length)
})

test('size and hash are those of the bytes', async () => {
  const { packed, tar } = await packFiles(files)
  const bytes = await readFile(tar)
  expect(packed.size).toBe(bytes.length)
  const digest = createHash('sha256').update(bytes).digest()
  expect(packed.hash).toEqual({ hex: digest.toString('hex'), base64: digest.toString('base64') })
})

test('entries have no owner, one time, and one of three modes; every directory comes before its files', async () => {
  const { tar, root } = await packFiles({ 'main.js': 'x', 'bin/tool': '#!/bin/sh\n', 'data.txt': 'x' })
  const listing = await runSuccessfully('tar', ['-tvf', tar, '--numeric-owner', '--utc', '--full-time'], { cwd: root })
  expect(
    listing
      .trim()
      .split('\n')
      .map((line) => line.replace(/ +\d+ 1980-01-01 00:00:00 /, ' ')),
  ).toEqual([
    '-rw-r--r-- 0/0 manifest.json',
    'drwxr-xr-x 0/0 app/',
    'drwxr-xr-x 0/0 app/bin/',
    '-rwxr-xr-x 0/0 app/bin/tool',
    '-rw-r--r-- 0/0 app/data.txt',
    '-rwxr-xr-x 0/0 app/main.js',
  ])
})

test('the same files give the same archive, whatever their times, and in whatever order they were written', async () => {
  const one = await packFiles({ 'main.js': 'x', b: '1', a: '2' })
  const other = await packFiles({ a: '2', b: '1', 'main.js': 'x' })
  expect(other.packed.hash).toEqual(one.packed.hash)
  const changed = await packFiles({ a: '2', b: '1', 'main.js': 'y' })
  expect(changed.packed.hash).not.toEqual(one.packed.hash)
})

test('packing again finds the same, because nothing of ours is packed', async () => {
  const { root, packed } = await packFiles({ 'main.js': 'x' }, { archiveFile: 'dist/app.tar' })
  const again = await pack({ directory: 'dist', root, manifest, env: {}, archiveFile: 'dist/app.tar', template: false })
  expect(again.hash).toEqual(packed.hash)
})

test('a file of 9 GB gets a header that says so', async () => {
  const root = await temporaryDirectory()
  await writeFiles(root, { 'dist/main.js': 'x', 'dist/sparse.bin': '' })
  const size = 9 * 2 ** 30
  await truncate(join(root, 'dist/sparse.bin'), size)
  const options = resolveOptions({ directory: 'dist', root, manifest, env: {}, maxBytes: Infinity })
  const archive = createArchive(await createManifest(options), await selectFiles(options))
  const headers: Record<string, number | undefined> = {}
  const reader = extract()
  reader.on('entry', ({ name, size }, stream, next) => {
    headers[name] = size
    stream.resume()
    next()
  })
  for await (const chunk of archive.read()) {
    reader.write(Buffer.from(chunk))
    if ('app/sparse.bin' in headers) break
  }
  reader.destroy()
  expect(headers['app/sparse.bin']).toBe(size)
  // Two blocks more for the pax header, and what every archive has.
  const { size: small } = createArchive(await createManifest(options), {
    files: [{ path: 'main.js', source: join(root, 'dist/main.js'), size: 1 }],
    emptyDirectories: [],
  })
  expect(archive.size).toBe(small + 3 * 512 + size)
})

test('without archiveFile nothing is written', async () => {
  const { root } = await packFiles({ 'main.js': 'x' }, { archiveFile: undefined })
  expect(Object.keys(await readFiles(root))).toEqual(['dist/main.js'])
})

test('an archive that cannot be written is an error that names the place, and leaves nothing', async () => {
  const packing = packFiles({ 'main.js': 'x' }, { archiveFile: 'dist/main.js/app.tar' })
  await expect(packing).rejects.toMatchObject({
    code: 'ARCHIVE_NOT_WRITTEN',
    message: expect.stringContaining('dist/main.js/app.tar') as string,
  })
})

test.each([
  ['grows', (file: string) => writeFile(file, 'xxxx')],
  ['shrinks', (file: string) => truncate(file, 1)],
])('a file that %s after it was listed is an error that names it', async (_, change) => {
  const { root, packed } = await packFiles({ 'main.js': 'xxx', 'other.js': 'x' })
  const file = join(root, 'dist/main.js')
  await change(file)
  const reading = async () => {
    for await (const _chunk of packed.archive.read());
  }
  await expect(reading()).rejects.toMatchObject({ code: 'FILE_CHANGED', message: expect.stringContaining(file) as string })
})

test('an archive can be read partly and then again', async () => {
  const { packed } = await packFiles(files)
  for await (const _chunk of packed.archive.read()) break
  let size = 0
  for await (const chunk of packed.archive.read()) size += chunk.length
  expect(size).toBe(packed.size)
})

test('the entrypoint has to be among the packed files', async () => {
  const { root } = await packFiles({ 'main.js': 'x', 'b.js': 'y' })
  const packing = pack({ directory: 'dist', root, manifest: { ...manifest, entrypoint: 'missing.js' }, env: {} })
  await expect(packing).rejects.toMatchObject({ code: 'NO_ENTRYPOINT', message: expect.stringContaining('missing.js') as string })
  await expect(pack({ directory: 'dist', root, manifest, env: {}, exclude: 'main.js' })).rejects.toMatchObject({ code: 'NO_ENTRYPOINT' })
  expect((await stat(join(root, 'out/app.tar'))).isFile()).toBe(true)
})
