import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { create, TEMPLATES, type TemplateName } from 'create-bytenite-app'
import { assert, asyncProperty, pre, string } from 'fast-check'
import { pack } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { readFiles, repository, writeFiles } from '../helpers/project.ts'
import { seed } from '../helpers/seed.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const templates = Object.keys(TEMPLATES) as TemplateName[]

async function read(root: string, path: string): Promise<string> {
  return readFile(join(root, path), 'utf8')
}

test.each(templates)('%s is the example of this name', async (template) => {
  const directory = join(await temporaryDirectory(), template)
  const { files, name, setAside } = await create({ directory, template, packageManager: 'npm' })
  expect({ name, setAside }).toEqual({ name: template, setAside: [] })
  const project = await readFiles(directory)
  expect(Object.keys(project).toSorted()).toEqual(files.toSorted())

  const example = join(repository, 'examples', template)
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: example, encoding: 'utf8' })
  expect(files.toSorted()).toEqual(listed.trim().split('\n').toSorted())
  for (const path of files.filter((path) => path !== 'package.json'))
    expect(project[path], path).toEqual(await readFile(join(example, path)))
  const version = (JSON.parse(await read(repository, 'packages/core/package.json')) as { version: string }).version
  expect(String(project['package.json'])).toBe((await read(example, 'package.json')).replaceAll('workspace:^', `^${version}`))
  expect(String(project['package.json'])).not.toContain('workspace:')
})

test('there is a template for every example, and the other way round', async () => {
  const entries = await readdir(join(repository, 'examples'), { withFileTypes: true })
  expect(
    entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(templates.toSorted())
})

test('name and container are those of the user', async () => {
  const directory = join(await temporaryDirectory(), 'x')
  await create({ directory, name: 'My_App-2', container: 'registry.example:5000/team/node:22.1' })
  expect(JSON.parse(await read(directory, 'package.json'))).toMatchObject({ name: 'My_App-2' })
  expect(await read(directory, 'vite.config.ts')).toContain(`container: 'registry.example:5000/team/node:22.1'`)
  expect(await read(directory, 'README.md')).toMatch(/^# My_App-2\n/)
})

test.each([
  ['npm', ['npm ci'], 'npm test'],
  ['pnpm', ['npm install --global pnpm@10', 'pnpm install --frozen-lockfile'], 'pnpm test'],
  ['yarn', ['yarn install --frozen-lockfile'], 'yarn run test'],
  ['bun', ['npm install --global bun', 'bun install --frozen-lockfile'], 'bun run test'],
] as const)('the README and the workflow speak to %s', async (packageManager, install, runTests) => {
  const directory = join(await temporaryDirectory(), 'x')
  await create({ directory, packageManager })
  const readme = await read(directory, 'README.md')
  expect(readme).toContain(`\n${packageManager} install\n${packageManager} run dev `)
  if (packageManager !== 'npm') expect(readme).not.toMatch(/\bnpm (?:install|run|test)/)
  expect((await read(directory, '.github/workflows/push.yml')).match(/(?<=- run: ).*/g)).toEqual([
    ...install,
    `${packageManager} run typecheck`,
    runTests,
    `${packageManager} run push`,
  ])
})

test.each([
  ['my-app', 'my-app'],
  ['Été 2026!', 'ete-2026'],
  ['_private', 'private'],
  ['@scope', 'scope'],
  ['...', 'bytenite-app'],
  ['日本', 'bytenite-app'],
  ['node_modules', 'bytenite-app'],
  ['a'.repeat(70), 'a'.repeat(64)],
])('a directory called %s makes the name %s', async (directory, name) => {
  expect((await create({ directory: join(await temporaryDirectory(), directory) })).name).toBe(name)
})

test('whatever a directory is called, its app has a name that the platform takes', async () => {
  await assert(
    asyncProperty(string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), async (text) => {
      const directory = join(await temporaryDirectory(), text.replaceAll(/[/\0]/g, '') || 'x')
      pre(!['.', '..'].includes(basename(directory)) && Buffer.byteLength(basename(directory)) <= 255)
      const { name } = await create({ directory, template: 'python' })
      const packed = await pack({ directory: 'src', root: directory, env: {}, manifest: { entrypoint: 'main.py' } })
      expect(packed.manifest.file.name).toBe(name)
    }),
    { numRuns: 50, seed },
  )
})

test.each([
  ['INVALID_NAME', { name: 'my app' }],
  ['INVALID_NAME', { name: '_app' }],
  ['INVALID_NAME', { name: '' }],
  ['INVALID_NAME', { name: 'a'.repeat(65) }],
  ['INVALID_NAME', { name: 'node_modules' }],
  ['INVALID_CONTAINER', { container: `node', evil: '` }],
  ['INVALID_CONTAINER', { container: '' }],
  ['UNKNOWN_TEMPLATE', { template: 'toString' as TemplateName }],
  ['UNKNOWN_PACKAGE_MANAGER', { packageManager: 'cargo' as 'npm' }],
])('%s: %o', async (code, options) => {
  const parent = await temporaryDirectory()
  await expect(create({ directory: join(parent, 'a/b'), ...options })).rejects.toMatchObject({ name: 'CreateError', code })
  expect(await readdir(parent)).toEqual([])
})

test('a directory with something in it is refused, and stays as it is', async () => {
  const directory = await temporaryDirectory()
  await writeFiles(directory, { 'a.txt': 'a', 'b.txt': 'b', '.git/HEAD': 'ref' })
  await expect(create({ directory })).rejects.toMatchObject({
    code: 'NOT_EMPTY',
    message: `${directory} is not empty (it contains a.txt, b.txt). Choose another directory, or use --force to add the project to it.`,
  })
  expect(Object.keys(await readFiles(directory)).toSorted()).toEqual(['.git/HEAD', 'a.txt', 'b.txt'])
  await expect(create({ directory: join(directory, 'a.txt'), force: true })).rejects.toMatchObject({ code: 'NOT_A_DIRECTORY' })
})

test('a repository without files is no obstacle, and stays', async () => {
  const directory = await temporaryDirectory()
  await writeFiles(directory, { '.git/HEAD': 'mine' })
  await create({ directory, git: true })
  expect(await read(directory, '.git/HEAD')).toBe('mine')
})

test('force keeps the rules of a .gitignore that was there', async () => {
  const directory = await temporaryDirectory()
  const fresh = join(await temporaryDirectory(), 'fresh')
  await create({ directory: fresh })
  const added = (await read(fresh, '.gitignore')).trim().split('\n')
  await writeFiles(directory, { '.gitignore': `# mine\n/secrets\n${added[0]}\n` })
  const { setAside } = await create({ directory, force: true })
  expect(setAside).toEqual([{ from: '.gitignore', to: '.gitignore.old' }])
  expect((await read(directory, '.gitignore')).split('\n')).toEqual(['# mine', '/secrets', ...added, ''])

  // One that has all of them stays as it is.
  const complete = await temporaryDirectory()
  const content = ['/mine', ...added.toReversed(), ''].join('\n')
  await writeFiles(complete, { '.gitignore': content })
  expect((await create({ directory: complete, force: true })).setAside).toEqual([])
  expect(await read(complete, '.gitignore')).toBe(content)
})

test('force overwrites nothing: files of the same name are set aside, files of the same content stay', async () => {
  const directory = await temporaryDirectory()
  const example = join(repository, 'examples/hello-world')
  await writeFiles(directory, {
    'README.md': 'mine',
    'README.md.old': 'older',
    'other.txt': 'other',
    'tsconfig.json': await readFile(join(example, 'tsconfig.json')),
    'elsewhere.ts': 'linked',
    'src/keep.ts': 'keep',
  })
  await symlink(join(directory, 'elsewhere.ts'), join(directory, 'src/main.ts'))
  const { setAside } = await create({ directory, force: true })
  expect(setAside).toEqual([
    { from: 'README.md', to: 'README.md.old2' },
    { from: 'src/main.ts', to: join('src', 'main.ts.old') },
  ])
  expect(await read(directory, 'README.md.old2')).toBe('mine')
  expect(await read(directory, 'README.md.old')).toBe('older')
  expect(await read(directory, 'other.txt')).toBe('other')
  expect(await read(directory, 'elsewhere.ts')).toBe('linked')
  expect(await read(directory, 'src/main.ts')).toBe(await read(example, 'src/main.ts'))
})

test('what fails in the middle is taken back as a whole', async () => {
  const directory = await temporaryDirectory()
  // The template needs a directory of this name.
  await writeFiles(directory, { test: 'a file', 'README.md': 'mine', 'src/main.ts': 'mine', 'src/other.ts': 'other' })
  const before = await readFiles(directory)
  await expect(create({ directory, force: true })).rejects.toMatchObject({
    code: 'NOT_A_DIRECTORY',
    message: expect.stringContaining(join(directory, 'test')) as string,
  })
  expect(await readFiles(directory)).toEqual(before)
  expect((await readdir(directory)).toSorted()).toEqual(['README.md', 'src', 'test'])
})

test('what is interrupted is taken back, with the directories above it', async () => {
  const parent = await temporaryDirectory()
  for (const steps of [0, 1, 4, 9]) {
    const signal = abortAfter(steps)
    await expect(create({ directory: join(parent, 'a/b'), signal })).rejects.toThrow('stop')
    expect(await readdir(parent)).toEqual([])
  }
  await mkdir(join(parent, 'a'))
  await expect(create({ directory: join(parent, 'a/b'), signal: abortAfter(5) })).rejects.toThrow('stop')
  expect(await readdir(parent)).toEqual(['a'])
})

test('what cannot be taken back is named; all else is gone', async () => {
  const parent = await temporaryDirectory()
  const directory = join(parent, 'a/b')
  const signal = abortAfter(5, () => writeFileSync(join(directory, 'of-somebody-else.txt'), 'x'))
  await expect(create({ directory, signal })).rejects.toMatchObject({
    name: 'CreateError',
    code: 'NOT_UNDONE',
    message: expect.stringMatching(/^stop Undoing the changes failed too: ENOTEMPTY: .*a\/b'/) as string,
    cause: new Error('stop'),
  })
  expect(Object.keys(await readFiles(parent))).toEqual(['a/b/of-somebody-else.txt'])
})

/** A signal that aborts at the moment when it is asked for the nth time, which comes before each file. */
function abortAfter(steps: number, beforehand = (): void => {}): AbortSignal {
  const controller = new AbortController()
  const ask = controller.signal.throwIfAborted.bind(controller.signal)
  let asked = 0
  controller.signal.throwIfAborted = () => {
    if (asked++ === steps) {
      beforehand()
      controller.abort(new Error('stop'))
    }
    ask()
  }
  return controller.signal
}
