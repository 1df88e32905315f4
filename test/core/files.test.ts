import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { resolveOptions, selectFiles, type PackOptions } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { run } from '../helpers/process.ts'
import { writeFiles, type Files } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

async function output(files: Files): Promise<string> {
  const root = await temporaryDirectory()
  await mkdir(join(root, 'dist'))
  await writeFiles(join(root, 'dist'), files)
  return root
}

async function select(root: string, options: Partial<PackOptions> = {}) {
  const warnings: string[] = []
  const resolved = resolveOptions({
    directory: 'dist',
    root,
    env: {},
    onWarning: (message) => warnings.push(message),
    ...options,
  })
  const { files, emptyDirectories } = await selectFiles(resolved)
  return { paths: files.map(({ path }) => path), files, emptyDirectories, warnings }
}

test('files are listed by the bytes of their paths', async () => {
  const root = await output({ 'b.js': '', 'a/z.js': '', 'a.js': '', 'B.js': '', 'é.js': '', '😀.js': '', '\uFF61.js': '', '.vite/m.json': '' })
  const { paths } = await select(root)
  // By UTF-16, as strings compare, the last two would be the other way round.
  expect(paths).toEqual(['.vite/m.json', 'B.js', 'a.js', 'a/z.js', 'b.js', 'é.js', '\uFF61.js', '😀.js'])
})

test('include and exclude choose among them, and exclude wins', async () => {
  const root = await output({ 'main.js': '', 'main.js.map': '', 'data/a.bin': '', 'data/b.txt': '' })
  expect((await select(root, { exclude: '**/*.map' })).paths).toEqual(['data/a.bin', 'data/b.txt', 'main.js'])
  expect((await select(root, { include: ['*.js', 'data/**'], exclude: ['data/*.txt'] })).paths).toEqual(['data/a.bin', 'main.js'])
})

test('what looks like a secret is left out, with one warning that names it', async () => {
  const secrets = ['.env', '.env.local', 'sub/.npmrc', '.git/config', '.dev.vars', 'keys/id_rsa', 'server.pem', 'Server.KEY']
  const root = await output({ 'main.js': '', 'env.js': '', ...Object.fromEntries(secrets.map((path) => [path, 'x'])) })
  const { paths, warnings } = await select(root)
  expect(paths).toEqual(['env.js', 'main.js'])
  expect(warnings).toEqual([`Left out, because it looks like a secret: ${secrets.toSorted().join(', ')}.`])
})

test('the record, the archive file, and what an interrupted write left of them are never packed', async () => {
  const root = await output({
    'main.js': '',
    'bytenite.app.json': '{}',
    'bytenite.app.json.0123456789ab.tmp': '{',
    'sub/bytenite.app.json': '{}',
    'out.tar': '',
    'out.tar.0123456789ab.tmp': '',
    'my-record.json': '{}',
    'other.tmp': '',
  })
  const { paths } = await select(root, { archiveFile: 'dist/out.tar', record: 'dist/my-record.json' })
  expect(paths).toEqual(['main.js', 'other.tmp'])
})

test('several directories keep their paths below their common parent, and nothing else of it is taken', async () => {
  const root = await output({ 'client/a.js': '1', 'server/b.js': '22', 'stale.js': '', 'server/deep/c.js': '' })
  const { files } = await select(root, { directory: ['dist/client', 'dist/server', 'dist/server/deep'] })
  expect(files.map(({ path, size }) => [path, size])).toEqual([
    ['client/a.js', 1],
    ['server/b.js', 2],
    ['server/deep/c.js', 0],
  ])
})

test('links inside the output are followed', async () => {
  const root = await output({ 'real/a.js': 'abc' })
  await symlink('real', join(root, 'dist/alias'))
  await symlink('real/a.js', join(root, 'dist/b.js'))
  const { files } = await select(root)
  expect(files.map(({ path, size }) => [path, size])).toEqual([['alias/a.js', 3], ['b.js', 3], ['real/a.js', 3]])
})

test.each([
  ['out of the output', '../outside', /leads out of the output directory/],
  ['nowhere', 'missing', /leads nowhere/],
  ['back to a directory above it', '.', /leads to a directory that holds it/],
])('a link that leads %s is an error, unless it is excluded', async (_, target, message) => {
  const root = await output({ 'main.js': '', '../outside/secret.txt': 'x' })
  await symlink(target, join(root, 'dist/link'))
  await expect(select(root)).rejects.toMatchObject({ code: 'UNSAFE_LINK', message: expect.stringMatching(message) as string })
  expect((await select(root, { exclude: 'link' })).paths).toEqual(['main.js'])
})

test('a pipe is left out with a warning', async () => {
  const root = await output({ 'main.js': '' })
  await run('mkfifo', [join(root, 'dist/pipe')], { cwd: root })
  const { paths, warnings } = await select(root)
  expect(paths).toEqual(['main.js'])
  expect(warnings).toEqual([expect.stringContaining('neither a file nor a directory')])
})

test('no output is an error that names the directory', async () => {
  const root = await output({ 'a.txt': '' })
  for (const options of [{ directory: 'missing' }, { include: '*.js' }, { directory: 'dist/a.txt' }]) {
    await expect(select(root, options)).rejects.toMatchObject({ code: 'NO_OUTPUT', message: expect.stringContaining(root) as string })
  }
})
