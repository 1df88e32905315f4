import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startPlatform, type TestPlatform } from '../helpers/platform.ts'
import { runSuccessfully } from '../helpers/process.ts'
import { vite } from '../helpers/programs.ts'
import { expectPlain, foreign } from '../helpers/foreign-text.ts'
import { createProject, readFiles, writeFiles } from '../helpers/project.ts'
import { tarOf } from '../helpers/tar-of.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { uploader } from '../helpers/uploader.ts'

const NAMED = ['--manifest.name', 'counter', '--manifest.version', '0.1']
const main = `import os
open(os.environ['TASK_RESULTS_DIR'] + '/count.txt', 'w').write('1')
`

async function folder(files: Record<string, string> = {}): Promise<string> {
  const root = await temporaryDirectory()
  await writeFiles(root, { 'counter/main.py': main, ...files })
  return root
}

/** Runs a command that has to succeed; returns what it printed to the standard output. */
async function succeed(parameters: string[], cwd: string, platform?: TestPlatform): Promise<string> {
  const { exitCode, stdout, stderr } = await uploader(parameters, { cwd, env: platform?.env ?? {} })
  expect({ exitCode, stderr }, stdout).toMatchObject({ exitCode: 0 })
  return stdout
}

test('a folder with a script: inspect, dry run, publish, diff, verify, pull, and publish what was pulled', async () => {
  const root = await folder({ 'counter/__pycache__/main.pyc': 'x' })
  const inspected = await succeed(['inspect', 'counter', ...NAMED], root)
  expect(inspected).toMatch(/^counter@0\.1: 1 file, 4\.\d kB, sha256 [0-9a-f]{64}\n/)
  expect(inspected).toContain('platform_config.container: "python:3.12-slim"')
  expect(inspected).toContain('    main.py  78 B, executable\n')
  // Neither credentials nor network.
  const dry = await succeed(['publish', 'counter', ...NAMED, '--dry-run'], root)
  expect(dry).toMatch(/would be published as counter@0\.1 \(app\) to https:\/\/api\.bytenite\.com\/v1\n$/)

  const platform = await startPlatform()
  expect(await succeed(['publish', 'counter', ...NAMED], root, platform)).toContain('published counter@0.1 (revision 1, inactive')
  expect(Object.keys(await platform.extract(await platform.client.apps.get('counter')))).not.toContain('app/__pycache__/main.pyc')
  expect(await succeed(['diff', 'counter', 'counter', ...NAMED], root, platform)).toContain('nothing would change')

  await writeFiles(root, { 'counter/main.py': `${main}print('more')\n`, 'counter/new.txt': 'new' })
  expect(await succeed(['diff', 'counter', 'counter', ...NAMED], root, platform)).toBe(
    `publishing would change counter@0.1:
  changed app/main.py (78 B → 92 B, +1 line)
  added app/new.txt (3 B)
  total: 1 changed, 1 added, 0 removed; 4.6 kB → 5.6 kB
`,
  )
  const other = await uploader(['verify', 'counter', 'counter', ...NAMED], { cwd: root, env: platform.env })
  expect(other).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('not the same: counter@0.1, revision 1') as string })
  const replacing = await succeed(['publish', 'counter', ...NAMED, '--diff'], root, platform)
  expect(replacing).toContain('  changed app/main.py (78 B → 92 B, +1 line)\n')
  expect(await succeed(['verify', 'counter@0', 'counter', ...NAMED], root, platform)).toMatch(/^the same: counter@0\.1, revision 2/)

  await succeed(['pull', 'counter'], join(root, 'counter'), platform)
  const pulled = await readFiles(join(root, 'counter/counter'))
  expect(Object.keys(pulled).toSorted()).toEqual(['app/main.py', 'app/new.txt', 'manifest.json'])
  expect(String(pulled['app/main.py'])).toBe(`${main}print('more')\n`)
  expect(await succeed(['publish', 'counter/counter'], root, platform)).toContain('up to date counter@0.1')
  expect(await platform.uploads()).toEqual(['counter@0.1', 'counter@0.1'])
  // No template was saved that nobody had written.
  expect(await succeed(['templates', '-q'], root, platform)).toBe('counter-template\n')
})

test('the layout of the platform, with a template, a schema and a private image, comes back as it was', async () => {
  const platform = await startPlatform()
  const root = await temporaryDirectory()
  await writeFiles(root, {
    'it/manifest.json': JSON.stringify({
      name: 'it',
      version: '1.0',
      entrypoint: 'run.js',
      platform_config: { container: 'node:22-slim', private_image: true },
    }),
    'it/template.json': '{"params":{"app":{"a":1}}}',
    'it/schema.json': '{"type":"object"}',
    'it/app/run.js': '#!/usr/bin/env node\n',
    'it/app/lib/a.txt': 'a',
  })
  const login = { BYTENITE_REGISTRY_USERNAME: 'me', BYTENITE_REGISTRY_TOKEN: 'token-of-the-registry' }
  const env = { ...platform.env, ...login }
  expect(await uploader(['publish', 'it'], { cwd: root, env })).toMatchObject({ exitCode: 0 })
  const pull = await uploader(['pull', 'it', '-o', 'back'], { cwd: root, env: platform.env })
  expect(pull).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('the login of its private registry was left out') as string })
  const back = await readFiles(join(root, 'back'))
  expect(Object.keys(back).toSorted()).toEqual(['app/lib/a.txt', 'app/run.js', 'manifest.json', 'schema.json', 'template.json'])
  expect(Object.values(back).join('')).not.toContain('token-of-the-registry')
  expect(await uploader(['verify', 'it', 'back'], { cwd: root, env })).toMatchObject({ exitCode: 0 })
  const without = await uploader(['verify', 'it', 'back'], { cwd: root, env: { ...env, BYTENITE_REGISTRY_TOKEN: 'another-token' } })
  expect(without.exitCode).toBe(3)
  expect(without.stdout).toContain('changed in manifest.json: platform_config.token (hidden) → (hidden)')
  expect(without.stdout).not.toMatch(/token-of-the-registry|another-token/)
})

test('what is not empty, or leads out of the directory, is not unpacked', async () => {
  const platform = await startPlatform()
  const root = await folder({ 'full/mine.txt': 'mine' })
  await succeed(['publish', 'counter', ...NAMED], root, platform)
  expect(await uploader(['pull', 'counter', '-o', 'full'], { cwd: root, env: platform.env })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('full is not empty. Nothing was changed.') as string,
  })
  expect(await readFiles(join(root, 'full'))).toEqual({ 'mine.txt': Buffer.from('mine') })
  await writeFile(join(root, 'out.tar'), await tarOf({ 'manifest.json': '{}', 'app/../../out.txt': 'out' }))
  await writeFile(join(root, 'link.tar'), await tarOf({ 'manifest.json': '{}', 'app/a': { type: 'symlink', linkname: '/etc' } }))
  for (const tar of ['out.tar', 'link.tar']) expect(await uploader(['inspect', tar], { cwd: root })).toMatchObject({ exitCode: 9 })
  expect(await uploader(['inspect', './nowhere'], { cwd: root })).toMatchObject({ exitCode: 2 })
  expect(await uploader(['inspect', 'counter/main.py'], { cwd: root })).toMatchObject({
    exitCode: 9,
    stderr: expect.stringContaining('INVALID_ARCHIVE') as string,
  })
})

test('an engine, its status, and the lists', async () => {
  const platform = await startPlatform()
  const root = await folder()
  await succeed(
    ['publish', 'counter', '--manifest.name', 'cut', '--manifest.version', '1.0', '--manifest.type', 'partitioner'],
    root,
    platform,
  )
  await succeed(['publish', 'counter', ...NAMED, '--activate', '--no-record'], root, platform)
  expect(Object.keys(await readFiles(join(root, 'counter'))).toSorted()).toEqual(['bytenite.app.json', 'main.py'])
  expect(await succeed(['status', 'cut'], root, platform)).toBe('cut@1.0 (engine, revision 1, inactive)\n')
  expect(await succeed(['status', 'counter', '-q'], root, platform)).toBe('active\n')
  expect(await succeed(['activate', 'cut@1.0', '--engine'], root, platform)).toBe('cut@1.0 is active\n')
  expect(await succeed(['activate', 'cut@1.0'], root, platform)).toBe('cut@1.0 is active already\n')
  expect(await succeed(['deactivate', 'counter'], root, platform)).toBe('counter@0.1 is inactive\n')
  expect(await succeed(['list', '--engines'], root, platform)).toMatch(/^TAG +TYPE +STATUS .*\ncut@1\.0 +partitioner +active +1 /)
  expect(await succeed(['list', '-q'], root, platform)).toBe('counter@0.1\n')
  const missing = await uploader(['status', 'nothing'], { cwd: root, env: platform.env })
  expect(missing).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('has no app or engine nothing') as string })
})

test('options come from the config file, and before it from the command line; variables from a file only where the shell has none', async () => {
  const platform = await startPlatform()
  const root = await folder({
    'config.mjs': `export default { manifest: { name: 'from-config', version: '0.1' }, exclude: ['*.txt'], record: false }\n`,
    'wrong.json': '{ "exlude": [] }',
    'counter/notes.txt': 'x',
    'my.env': `BYTENITE_API_URL=${platform.apiUrl}\nBYTENITE_API_KEY="${platform.apiKey}"\n`,
  })
  const published = await succeed(
    ['publish', 'counter', '--config', 'config.mjs', '--manifest.version', '0.2', '--env-file', 'my.env', '--json'],
    root,
  )
  expect(JSON.parse(published)).toMatchObject({ tag: 'from-config@0.2', files: 1, recordFile: null })
  const env = { BYTENITE_API_KEY: 'a-key-of-the-shell-that-is-wrong' }
  const wrongKey = await uploader(['list', '--env-file', 'my.env'], { cwd: root, env })
  expect(wrongKey).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('UNAUTHORIZED') as string })
  const wrong = await uploader(['pack', 'counter', '--config', 'wrong.json'], { cwd: root })
  expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Did you mean "exclude"?') as string })
  const pathInConfig = await uploader(['pack', 'counter', '--config', 'nowhere.js'], { cwd: root })
  expect(pathInConfig).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('There is no config file') as string })
})

test('--publish auto only packs without credentials; publish alone needs them', async () => {
  const root = await folder()
  const { exitCode, stdout } = await uploader(['publish', 'counter', ...NAMED, '--publish', 'auto'], { cwd: root })
  expect({ exitCode, stdout }).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('not published: no credentials') as string })
  expect(await uploader(['publish', 'counter', ...NAMED], { cwd: root })).toMatchObject({ exitCode: 5 })
  expect(await uploader(['publish', 'counter', ...NAMED], { cwd: root, env: { BYTENITE_PUBLISH: 'false' } })).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('not published: publishing is switched off') as string,
  })
})

test('every example of the help does what it says', async () => {
  const platform = await startPlatform()
  const root = await createProject({
    'package.json': '{ "name": "my-app", "version": "1.0.0", "type": "module", "scripts": { "build": "vite build" } }',
    'main.js': 'console.log(process.env.APP_PARAMS)\n',
    'vite.config.js': `import { bytenite } from 'vite-plugin-bytenite'\nexport default { plugins: [bytenite({ entry: 'main.js' })] }\n`,
    'counter/main.py': main,
    'sample.txt': 'abc',
  })
  await runSuccessfully('node', [vite, 'build'], { cwd: root, env: { BYTENITE_PUBLISH: 'false' } })
  const engine = ['--manifest.name', 'my-engine', '--manifest.version', '1.0', '--manifest.type', 'assembler']
  await succeed(['publish', 'counter', ...engine], root, platform)

  const help = await succeed(['--help'], root)
  const commands = Array.from(/Commands:\n((?: {2}.*\n)+)/.exec(help)?.[1]?.matchAll(/^ {2}(\w+)/gm) ?? [], ([, name = '']) => name)
  expect(commands).toContain('verify')
  for (const command of commands) {
    const lines = Array.from((await succeed([command, '--help'], root)).matchAll(/^ {2}bytenite-uploader (.*)$/gm), ([, line = '']) => line)
    expect(lines.length, command).toBeGreaterThan(0)
    for (const line of lines) {
      const words = Array.from(line.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? '')
      await succeed(words, root, platform)
    }
  }
  expect(await stat(join(root, 'app.tar'))).toHaveProperty('size')
})

test('what a manifest and file names hold never acts on a terminal, nor in JSON', async () => {
  const root = await temporaryDirectory()
  await writeFile(join(root, 'foreign.tar'), await tarOf({ 'manifest.json': JSON.stringify({ name: foreign }), [`app/${foreign}`]: 'x' }))
  for (const flags of [[], ['--json']]) {
    const { stdout, stderr } = await uploader(['inspect', 'foreign.tar', ...flags], { cwd: root })
    expectPlain(stdout + stderr)
    expect(stdout).toContain('begin\\u001b]0;title')
  }
  const { stdout } = await uploader(['inspect', 'foreign.tar', '--json'], { cwd: root })
  expect(JSON.parse(stdout)).toMatchObject({ manifest: { name: foreign } })
})

test('what keeps an archive from being packed again is a finding that names its place in the documentation', async () => {
  const root = await temporaryDirectory()
  await writeFile(join(root, 'nameless.tar'), await tarOf({ 'manifest.json': '{}', 'app/main.js': 'x' }))
  const docs = 'bytenite-uploader/docs/errors.md#invalid_manifest'
  expect(await succeed(['inspect', 'nameless.tar'], root)).toContain(`\n  See ${docs}\n`)
  expect(JSON.parse(await succeed(['inspect', 'nameless.tar', '--json'], root))).toMatchObject({
    findings: [{ code: 'INVALID_MANIFEST', docs }],
  })
})
