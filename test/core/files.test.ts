import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { resolveOptions, selectFiles, type PackOptions } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { onTestFinished } from '../helpers/current-test.ts'
import { run } from '../helpers/process.ts'
import { createProject, writeFiles, type Files } from '../helpers/project.ts'
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
  const root = await output({
    'b.js': '',
    'a/z.js': '',
    'a.js': '',
    'B.js': '',
    'é.js': '',
    '😀.js': '',
    '\uFF61.js': '',
    '.vite/m.json': '',
  })
  const { paths } = await select(root)
  // By UTF-16, as strings compare, the last two would be the other way round.
  expect(paths).toEqual(['.vite/m.json', 'B.js', 'a.js', 'a/z.js', 'b.js', 'é.js', '\uFF61.js', '😀.js'])
})

test('include and exclude choose among them, and exclude wins', async () => {
  const root = await output({ 'main.js': '', 'main.js.map': '', 'data/a.bin': '', 'data/b.txt': '' })
  expect((await select(root, { exclude: '**/*.map' })).paths).toEqual(['data/a.bin', 'data/b.txt', 'main.js'])
  expect((await select(root, { include: ['*.js', 'data/**'], exclude: ['data/*.txt'] })).paths).toEqual(['data/a.bin', 'main.js'])
})

test('files that look like secrets are skipped, with one warning that names them', async () => {
  const secrets = ['.env', '.env.local', 'sub/.npmrc', '.git/config', '.dev.vars', 'keys/id_rsa', 'server.p12', 'Server.KEY']
  const root = await output({ 'main.js': '', 'env.js': '', ...Object.fromEntries(secrets.map((path) => [path, 'x'])) })
  const { paths, warnings } = await select(root)
  expect(paths).toEqual(['env.js', 'main.js'])
  expect(warnings).toEqual([
    `Skipped files that look like secrets: ${secrets.toSorted().join(', ')}. To pack one anyway, add it to "allowSecrets".`,
  ])
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
  expect(files.map(({ path, size }) => [path, size])).toEqual([
    ['alias/a.js', 3],
    ['b.js', 3],
    ['real/a.js', 3],
  ])
})

test.each([
  ['points outside the output', '../outside', /^Symlink \S+link points outside the output directory \(to /],
  ['is broken', 'missing', /^Symlink \S+link is broken\./],
  ['points to one of its parent directories', '.', /^Symlink \S+link points to one of its own parent directories \(/],
])('a symlink that %s is an error, unless it is excluded', async (_, target, message) => {
  const root = await output({ 'main.js': '', '../outside/secret.txt': 'x' })
  await symlink(target, join(root, 'dist/link'))
  await expect(select(root)).rejects.toMatchObject({ code: 'UNSAFE_LINK', message: expect.stringMatching(message) as string })
  expect((await select(root, { exclude: 'link' })).paths).toEqual(['main.js'])
})

test('a pipe is skipped with a warning', async () => {
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

test('names of every kind are taken as they are', async () => {
  const component = 'n'.repeat(255)
  // Written NFC and NFD: two files on Linux, which look the same.
  const names = [
    'with space.txt',
    'back\\slash.txt',
    'tab\there',
    '-dash',
    'quote\'"s',
    'caf\u00e9.txt',
    'cafe\u0301.txt',
    '.hidden',
    component,
  ]
  const root = await output(Object.fromEntries(names.map((name) => [name, name])))
  const { paths, warnings } = await select(root)
  expect(paths.toSorted()).toEqual(names.toSorted())
  expect(warnings).toEqual([expect.stringMatching(/caf\S+ and caf\S+ differ only in case or Unicode form/)])
})

test('line breaks in the names of folders hide nothing, and no secret', async () => {
  const root = await output({
    'main.js': '',
    'a\nb/c.js': '',
    'a\nb/.env': '',
    'x\u2028y/d/.npmrc': '',
    'x\u2028y/d/e.js': '',
    'r\rs/SERVER.KEY': '',
  })
  const { paths, warnings } = await select(root)
  expect(paths).toEqual(['a\nb/c.js', 'main.js', 'x\u2028y/d/e.js'])
  expect(warnings).toHaveLength(1)
  expect(await select(root, { exclude: '**/*.js' }).catch(({ code }: { code: string }) => code)).toBe('NO_OUTPUT')
})

test('a path of nearly 4,096 bytes is taken', async () => {
  const root = await output({ 'main.js': '' })
  // As long as the system allows, with the directory before it.
  const room = 4095 - join(root, 'dist').length - 1
  const component = 'd'.repeat(200)
  let path = component
  while (path.length + 201 < room - 100) path += `/${component}`
  await mkdir(join(root, 'dist', path), { recursive: true })
  const file = `${path}/${'f'.repeat(room - path.length - 1)}`
  await writeFile(join(root, 'dist', file), 'x')
  expect(join(root, 'dist', file)).toHaveLength(4095)
  expect((await select(root)).paths).toEqual([file, 'main.js'])
})

test('paths that differ only in case are packed, with a warning', async () => {
  const root = await output({ 'main.js': '', 'data/A.txt': '1', 'data/a.txt': '2' })
  const { paths, warnings } = await select(root)
  expect(paths).toEqual(['data/A.txt', 'data/a.txt', 'main.js'])
  expect(warnings).toEqual([
    'The paths data/A.txt and data/a.txt differ only in case or Unicode form. Some systems treat them as the same file.',
  ])
})

test('an empty directory is kept, unless it is not selected', async () => {
  const root = await output({ 'main.js': '', 'only/.env': 'x' })
  await mkdir(join(root, 'dist/empty/inner'), { recursive: true })
  expect((await select(root)).emptyDirectories).toEqual(['empty/inner'])
  expect((await select(root, { exclude: 'empty' })).emptyDirectories).toEqual([])
  expect((await select(root, { include: '*.js' })).emptyDirectories).toEqual([])
})

test('patterns that start with ! remove files that the others matched', async () => {
  const root = await output({ 'main.js': '', 'main.js.map': '', 'data/a.txt': '' })
  expect((await select(root, { include: '!**/*.map' })).paths).toEqual(['data/a.txt', 'main.js'])
  expect((await select(root, { include: ['**', '!**/*.map'] })).paths).toEqual(['data/a.txt', 'main.js'])
  expect((await select(root, { include: ['data/**', '*.js', '!data/a.txt'] })).paths).toEqual(['main.js'])
  expect((await select(root, { exclude: ['**/*.*', '!data/a.txt', '!main.js'] })).paths).toEqual(['data/a.txt', 'main.js'])
  // A directory that is excluded as a whole is never read.
  expect((await select(root, { exclude: ['data', '!data/a.txt'] })).paths).toEqual(['main.js', 'main.js.map'])
})

test('an allowed secret is packed', async () => {
  const root = await output({ 'main.js': '', '.env.example': '', '.env': '', 'public.key': '' })
  const { paths, warnings } = await select(root, { allowSecrets: ['.env.example', '*.key'] })
  expect(paths).toEqual(['.env.example', 'main.js', 'public.key'])
  expect(warnings).toEqual([expect.stringMatching(/look like secrets: \.env\. .*"allowSecrets"/)])
})

test('a socket is skipped with a warning, and a device must be excluded', async () => {
  const root = await output({ 'main.js': '' })
  const server = createServer().listen(join(root, 'dist/socket'))
  await once(server, 'listening')
  onTestFinished(() => server.close())
  await symlink('/dev/null', join(root, 'dist/device'))
  await expect(select(root)).rejects.toMatchObject({ code: 'UNSAFE_LINK' })
  const { paths, warnings } = await select(root, { exclude: 'device' })
  expect(paths).toEqual(['main.js'])
  expect(warnings).toEqual([expect.stringMatching(/^Skipped .*socket, which is neither a file nor a directory/)])
})

test('symlinks that point to each other are an error', async () => {
  const root = await output({ 'main.js': '' })
  await symlink('b', join(root, 'dist/a'))
  await symlink('a', join(root, 'dist/b'))
  await expect(select(root)).rejects.toMatchObject({ code: 'UNSAFE_LINK', message: expect.stringMatching(/is part of a loop/) as string })
})

test.each([
  ['file', 'dist/closed.txt'],
  ['directory', 'dist/closed'],
])('a %s that may not be read is an error that names it', async (_, closed) => {
  const root = await createProject({
    'package.json': '{ "type": "module" }',
    'dist/main.js': 'x',
    'dist/closed.txt': 'x',
    'dist/closed/a.txt': 'x',
    'pack.js': `import { pack } from 'bytenite-uploader'
      const packing = pack({ directory: 'dist', manifest: { name: 'a', version: '1.0', entrypoint: 'main.js' } })
      await packing.catch(({ code, message }) => console.log(code, message))`,
  })
  await chmod(root, 0o755)
  await chmod(join(root, closed), 0)
  // Root may read everything, so somebody else has to try.
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  const { stdout } = await promisify(execFile)(process.execPath, ['pack.js'], { cwd: root, ...user })
  await chmod(join(root, closed), 0o755)
  expect(stdout).toMatch(new RegExp(`^UNREADABLE_FILE Cannot read ${join(root, closed)}: EACCES`))
})

test.each([
  [
    'bytes',
    { maxBytes: 2_999_999 },
    /is 3\.0 MB \(4\.0 MB once encoded for the upload\), but the option "maxBytes" allows 3\.0 MB\. Largest folders:\n {2}data\/b: 2\.0 MB in 2 files\n {2}data\/a: 1\.0 MB in 1 files\n {2}\.: 0 B in 1 files\n/,
  ],
  ['files', { maxFiles: 3 }, /has 4 files, but the option "maxFiles" allows 3/],
])('an output of more %s than is allowed is an error that shows where they are', async (_, options, message) => {
  const root = await output({
    'main.js': '',
    'data/a/1': Buffer.alloc(1e6),
    'data/b/1': Buffer.alloc(1e6),
    'data/b/c/2': Buffer.alloc(1e6),
  })
  await expect(select(root, options)).rejects.toMatchObject({ code: 'TOO_LARGE', message: expect.stringMatching(message) as string })
  await expect(select(root, { maxBytes: 0 })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  expect((await select(root, { maxBytes: 3_000_000, maxFiles: 4 })).paths).toHaveLength(4)
})
