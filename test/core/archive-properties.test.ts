import { createHash } from 'node:crypto'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { pack, type PackOptions } from 'bytenite-uploader'
import * as fc from 'fast-check'
import { extract } from 'tar-stream'
import { expect, test } from 'vitest'
import { writeFiles, type Files } from '../helpers/project.ts'
import { seed } from '../helpers/seed.ts'
import { makeTemporaryDirectory, remove } from '../helpers/temporary-directory.ts'

const manifest = { name: 'a', version: '1.0', entrypoint: 'main.js' }

async function inOutput<Result>(files: Files, use: (root: string) => Promise<Result>): Promise<Result> {
  const root = await makeTemporaryDirectory('property')
  try {
    await writeFiles(join(root, 'dist'), { ...files, 'main.js': '#!/usr/bin/env node\n' })
    return await use(root)
  } finally {
    await remove(root)
  }
}

/** Packs, reads the tar back with tar-stream, and makes sure that size and hash are those of its bytes. */
async function packed(root: string, options: Partial<PackOptions> = {}): Promise<Record<string, Buffer>> {
  const { archive, size, hash } = await pack({ directory: 'dist', root, manifest, env: {}, template: false, ...options })
  // Chunks are only lent.
  const chunks: Buffer[] = []
  for await (const chunk of archive.read()) chunks.push(Buffer.from(chunk))
  const tar = Buffer.concat(chunks)
  expect(tar.length).toBe(size)
  expect(createHash('sha256').update(tar).digest('hex')).toBe(hash.hex)
  const reader = extract()
  reader.end(tar)
  const found: Record<string, Buffer> = {}
  for await (const entry of reader) {
    const content: Buffer[] = []
    for await (const chunk of entry) content.push(chunk as Buffer)
    if (entry.header.type === 'file') found[entry.header.name] = Buffer.concat(content)
  }
  return found
}

/** Names that a file system takes, and that are not the same for one of them. */
const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  .filter((text) => !/[/\0]/.test(text) && text !== '.' && text !== '..' && Buffer.byteLength(text) <= 255)
  // A folder must not be the name of a file as well.
  .map((text) => `${text}_`)
const path = fc
  .tuple(
    fc.array(
      name.map((text) => `${text}d`),
      { maxLength: 4 },
    ),
    name,
  )
  .map(([folders, file]) => [...folders, file].join('/'))
const size = fc.oneof(
  { weight: 6, arbitrary: fc.nat(3000) },
  { weight: 2, arbitrary: fc.constantFrom(0, 511, 512, 513, 48 * 1024, 192 * 1024, 512 * 1024 - 1, 512 * 1024, 512 * 1024 + 1) },
  { weight: 1, arbitrary: fc.nat(1_500_000) },
)
const content = fc.tuple(size, fc.nat(255)).map(([length, seed]) => {
  const bytes = Buffer.alloc(length)
  for (let index = 0; index < length; index++) bytes[index] = (index * 31 + seed + (index >> 8)) & 255
  return bytes
})

test('whatever the output is, the tar holds it, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(path, content, { maxKeys: 30 }), async (files) => {
      await inOutput(files, async (root) => {
        const { 'manifest.json': _, 'app/main.js': main, ...app } = await packed(root)
        expect(String(main)).toBe('#!/usr/bin/env node\n')
        expect(Object.keys(app).toSorted()).toEqual(
          Object.keys(files)
            .map((file) => `app/${file}`)
            .toSorted(),
        )
        for (const [file, bytes] of Object.entries(files)) expect(app[`app/${file}`]?.equals(bytes), file).toBe(true)
      })
    }),
    { numRuns: 60, seed },
  )
})

const pattern = fc.constantFrom(
  '**',
  '*',
  '**/*',
  '.*',
  '**/.*',
  'data/**',
  '!data/**',
  '**/*.json',
  '!**/*.js',
  '{a,b}/**',
  '../**',
  '**/*.tar',
)
const patterns = fc.oneof(pattern, fc.array(pattern, { maxLength: 3 }))

test('whatever the options are, neither a record, nor a secret, nor anything outside is packed', async () => {
  const files: Files = {
    'data/a.json': '{}',
    'b/c.js': 'x',
    '../outside.json': 'outside',
    ...Object.fromEntries(
      [
        'bytenite.app.json',
        'data/bytenite.app.json',
        'app.tar',
        'own-record.json',
        '.env',
        'data/.env.local',
        '.npmrc',
        'b/.git/config',
        'id_rsa',
        'b/server.key',
      ].map((file) => [file, 'forbidden']),
    ),
    // What an earlier publish may have left there, for nothing else would be replaced.
    'app.tar': '',
    'own-record.json': '{ "name": "a", "version": "1.0", "revision": "1" }',
  }
  const options = fc.record({
    include: fc.oneof(patterns, fc.constant(undefined)),
    exclude: patterns,
    record: fc.constantFrom(undefined, false as const, 'dist/own-record.json'),
    directory: fc.constantFrom<string | string[]>('dist', ['dist/data', 'dist/b'], ['dist', 'dist/data']),
    archiveFile: fc.constantFrom('dist/app.tar', undefined),
  })
  await inOutput(files, async (root) => {
    await symlink('data', join(root, 'dist/a'))
    await fc.assert(
      fc.asyncProperty(options, async (chosen) => {
        const app = await packed(root, chosen).catch((error: { code?: string }) => {
          expect(error.code).toMatch(/^(?:NO_OUTPUT|NO_ENTRYPOINT)$/)
          return {}
        })
        for (const [entry, bytes] of Object.entries<Buffer>(app)) {
          // Ours only if the options say so.
          if (entry.endsWith('own-record.json') && chosen.record !== 'dist/own-record.json') continue
          if (entry.endsWith('app.tar') && chosen.archiveFile === undefined) continue
          expect(String(bytes), entry).not.toMatch(/forbidden|outside/)
          expect(entry).toMatch(/^(?:manifest\.json$|app\/)/)
          expect(entry.split('/')).not.toContain('..')
        }
      }),
      { numRuns: 200, seed },
    )
  })
})
