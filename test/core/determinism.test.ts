import { chmod, mkdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { pack, type PackOptions } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { runSuccessfully } from '../helpers/process.ts'
import { createProject, writeFiles, type Files } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const manifest = {
  name: 'golden',
  version: '1.0',
  entrypoint: 'main.js',
  platformConfig: { container: 'node:22-slim' },
  deviceRequirements: { minCpu: 2, minMemory: 2 },
}

/** A bit of everything that an archive can hold. */
const fixture: Files = {
  'main.js': '#!/usr/bin/env node\nconsole.log(1)\n',
  'bin/tool': '#!/bin/sh\n',
  'data/large.bin': Buffer.from(Array.from({ length: 700_001 }, (_, index) => (index * 31) & 255)),
  'data/exact.bin': Buffer.alloc(512 * 1024, 1),
  empty: '',
  'ä/ü.txt': 'x',
  [`long/${'n'.repeat(200)}`]: 'x',
  'z B.txt': 'x',
}

/**
 * Of the fixture above. Whoever changes it changes the hash of every app that is published: each of them is sent once
 * more, though nothing in it has changed.
 */
const golden = '3a3055f0d68aa8a54efe2df43ad98d8d5236ece6e08f2d7ff93939dafef5859c'

async function hashOf(files: Files, prepare?: (dist: string) => Promise<void>, options: Partial<PackOptions> = {}): Promise<string> {
  const root = await temporaryDirectory()
  await writeFiles(join(root, 'dist'), files)
  await mkdir(join(root, 'dist/empty-directory/inner'), { recursive: true })
  await prepare?.(join(root, 'dist'))
  return (await pack({ directory: 'dist', root, manifest, template: false, env: {}, ...options })).hash.hex
}

test('the archive of a fixed output is the same for ever', async () => {
  expect(await hashOf(fixture)).toBe(golden)
})

test.each<[string, (dist: string) => Promise<void>]>([
  ['other times', async (dist) => utimes(join(dist, 'main.js'), 1, 2)],
  ['other modes', async (dist) => chmod(join(dist, 'main.js'), 0o600)],
  ['other modes of directories', async (dist) => chmod(join(dist, 'data'), 0o700)],
])('%s make no difference', async (_, prepare) => {
  expect(await hashOf(fixture, prepare)).toBe(golden)
})

test('neither does the order in which the files were written', async () => {
  expect(await hashOf(Object.fromEntries(Object.entries(fixture).toReversed()))).toBe(golden)
})

test('SOURCE_DATE_EPOCH is the time of every entry', async () => {
  const env = { SOURCE_DATE_EPOCH: '1700000000' }
  const hash = await hashOf(fixture, undefined, { env })
  expect(hash).not.toBe(golden)
  expect(await hashOf(fixture, undefined, { env })).toBe(hash)
  const root = await temporaryDirectory()
  await writeFiles(join(root, 'dist'), { 'main.js': 'x' })
  await pack({ directory: 'dist', root, manifest, env, archiveFile: 'app.tar' })
  const listing = await runSuccessfully('tar', ['-tvf', 'app.tar', '--utc', '--full-time'], { cwd: root })
  expect(
    listing
      .trim()
      .split('\n')
      .every((line) => line.includes(' 2023-11-14 22:13:20 ')),
  ).toBe(true)
  for (const SOURCE_DATE_EPOCH of ['now', '-1', '1.5', '99999999999999']) {
    await expect(pack({ directory: 'dist', root, manifest, env: { SOURCE_DATE_EPOCH } })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  }
})

test.each([
  ['time zone', { TZ: 'Pacific/Kiritimati' }, ''],
  ['locale', { LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' }, ''],
  ['umask', {}, 'umask 077;'],
  ['current directory', {}, 'cd /;'],
  ['owner', {}, 'chown -R 12345:54321 "$ROOT/dist";'],
])('another %s makes no difference', async (name, env, command) => {
  // Only root can give files away.
  if (name === 'owner' && process.getuid?.() !== 0) return console.log('Not tested: another owner, which takes root.')
  const root = await createProject({
    'package.json': '{ "type": "module" }',
    'write.js': `import { mkdirSync, writeFileSync } from 'node:fs'
      import { dirname } from 'node:path'
      const files = ${JSON.stringify(Object.entries(fixture).map(([path, content]) => [path, Buffer.from(content).toString('base64')]))}
      for (const [path, content] of files) {
        const file = process.env.ROOT + '/dist/' + path
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, Buffer.from(content, 'base64'))
      }
      mkdirSync(process.env.ROOT + '/dist/empty-directory/inner', { recursive: true })`,
    'pack.js': `import { pack } from 'bytenite-uploader'
      const { hash } = await pack({ directory: 'dist', root: process.env.ROOT, template: false, manifest: ${JSON.stringify(manifest)} })
      console.log(hash.hex)`,
  })
  const script = `${command.startsWith('chown') ? '' : command} node "$ROOT/write.js"; ${command.startsWith('chown') ? command : ''} node "$ROOT/pack.js"`
  expect((await runSuccessfully('sh', ['-c', script], { cwd: root, env: { ...env, ROOT: root } })).trim()).toBe(golden)
})
