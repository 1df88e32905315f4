import { access, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run, runSuccessfully } from '../helpers/process.ts'
import { createBin } from '../helpers/programs.ts'
import { writeFiles } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { hasTerminal, openTerminal } from '../helpers/terminal.ts'

async function readName(directory: string): Promise<unknown> {
  return (JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as { name: unknown }).name
}

test('without a terminal nothing is asked, and the next commands are said for the package manager in use', async () => {
  const cwd = await temporaryDirectory()
  const { exitCode, stdout, stderr } = await run('node', [createBin, 'some/My App', '--template', 'rollup-basic'], {
    cwd,
    env: { npm_config_user_agent: 'pnpm/10.34.9 npm/? node/v20.20.2 linux x64' },
  })
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toMatch(
    /^Created my-app in some\/My App: \d+ files from the template rollup-basic\.\nNext:\n {2}cd 'some\/My App'\n {2}pnpm install\n {2}pnpm run dev {4}# .*\n {2}pnpm run push {3}# .*\n$/,
  )
  expect(await readName(join(cwd, 'some/My App'))).toBe('my-app')
})

test.each([
  ['yarn/1.22.22 npm/? node/v20.20.2 linux x64', 'yarn'],
  ['bun/1.2.0 npm/? node/v22.6.0 linux x64', 'bun'],
  ['deno/2.1.0 npm/? deno/2.1.0 linux x86_64', 'npm'],
])('what says that it is %s is spoken to as %s', async (userAgent, packageManager) => {
  const cwd = await temporaryDirectory()
  const output = await runSuccessfully('node', [createBin, 'x'], { cwd, env: { npm_config_user_agent: userAgent } })
  expect(output).toContain(`Next:\n  cd x\n  ${packageManager} install\n  ${packageManager} run dev `)
})

test('without anything at all there is a project with the defaults', async () => {
  const cwd = await temporaryDirectory()
  expect(await runSuccessfully('node', [createBin], { cwd })).toContain('Created bytenite-app in bytenite-app: ')
  expect(await readdir(cwd)).toEqual(['bytenite-app'])
  expect(await readdir(join(cwd, 'bytenite-app'))).not.toContain('.git')
})

test('flags say all there is to say, also in the directory one is in', async () => {
  const cwd = await temporaryDirectory()
  await writeFiles(cwd, { 'README.md': 'mine' })
  const flags = [
    '.',
    '--template=python',
    '--name',
    '123',
    '--container',
    'python:3.13',
    '--package-manager',
    'npm',
    '--yes',
    '--git',
    '--force',
  ]
  const output = await runSuccessfully('node', [createBin, ...flags], { cwd })
  expect(output).toMatch(/^Created 123 in this directory: .*\nRenamed your README\.md to README\.md\.old\.\nNext:\n {2}npm install\n/)
  expect(await readName(cwd)).toBe('123')
  expect(await readFile(join(cwd, 'vite.config.js'), 'utf8')).toContain(`container: 'python:3.13'`)
  expect(await readdir(cwd)).toContain('.git')
})

test('a git that fails is an error, and nothing is left', async () => {
  const cwd = await temporaryDirectory()
  const programs = await temporaryDirectory()
  await writeFiles(programs, { git: '#!/bin/sh\nmkdir .git\necho no space >&2\nexit 3\n' })
  const { exitCode, stderr } = await run('env', [`PATH=${programs}:${process.env['PATH']}`, process.execPath, createBin, 'x', '--git'], {
    cwd,
  })
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/\[GIT_FAILED\] git init failed in [^]*no space[^]*Install git, or leave out --git\./)
  expect(await readdir(cwd)).toEqual([])
})

test.runIf(hasTerminal)('on a terminal it asks, and Enter takes what it suggests', async () => {
  const cwd = await temporaryDirectory()
  const terminal = openTerminal(`node ${createBin}`, { cwd })
  await terminal.waitFor('Where should the project go?')
  terminal.type('my-images\r')
  await terminal.waitFor('What is the name of the app?')
  terminal.type('\r')
  await terminal.waitFor('Which template?')
  terminal.type('\u001b[B\r')
  await terminal.waitFor('Create a git repository?')
  terminal.type('\r')
  expect(await terminal.end()).toBe(0)
  expect(terminal.output()).toContain('Created my-images in my-images')
  expect(await readName(join(cwd, 'my-images'))).toBe('my-images')
  expect(await readdir(join(cwd, 'my-images'))).toEqual(expect.arrayContaining(['.git', 'rollup.config.js']))
})

test.runIf(hasTerminal)('what was said by flags is not asked, nor is git within a repository', async () => {
  const cwd = await temporaryDirectory()
  await mkdir(join(cwd, '.git'))
  const terminal = openTerminal(`node ${createBin} app --template python`, { cwd })
  await terminal.waitFor('What is the name of the app?')
  terminal.type('my app\r')
  await terminal.waitFor('Invalid app name')
  terminal.type('\u007f\u007f\u007f\u007f2\r')
  expect(await terminal.end()).toBe(0)
  expect(terminal.output()).not.toMatch(/Where should|Which template|git repository/)
  expect(await readName(join(cwd, 'app'))).toBe('my2')
})

test.runIf(hasTerminal)('a directory that is not empty is refused before anything else is asked', async () => {
  const cwd = await temporaryDirectory()
  await writeFiles(cwd, { 'app/mine.txt': 'mine' })
  const terminal = openTerminal(`node ${createBin}`, { cwd })
  await terminal.waitFor('Where should the project go?')
  terminal.type('app\r')
  expect(await terminal.end()).toBe(1)
  expect(terminal.output()).toContain('[NOT_EMPTY]')
  expect(terminal.output()).not.toContain('What is the name')
  expect(await readdir(join(cwd, 'app'))).toEqual(['mine.txt'])
})

test.runIf(hasTerminal)('Ctrl-C at a question leaves nothing', async () => {
  const cwd = await temporaryDirectory()
  const terminal = openTerminal(`node ${createBin} app`, { cwd })
  await terminal.waitFor('What is the name of the app?')
  terminal.type('\r')
  await terminal.waitFor('Which template?')
  terminal.type('\u0003')
  expect(await terminal.end()).toBe(130)
  expect(terminal.output()).toContain('Nothing was written.')
  expect(await readdir(cwd)).toEqual([])
})

test.each([
  ['my app', `'my app'`],
  [`it's $(touch pwned) \`x\` "y"`, `'it'\\''s $(touch pwned) \`x\` "y"'`],
  ['plain-name', 'plain-name'],
])('the printed cd line leads a shell to %s, and does nothing else', async (name, quoted) => {
  const cwd = await temporaryDirectory()
  const output = await runSuccessfully('node', [createBin, name, '--name', 'app', '--template', 'python', '--yes'], { cwd })
  const line = output.split('\n').find((printed) => printed.startsWith('  cd ')) ?? ''
  expect(line).toBe(`  cd ${quoted}`)
  const where = await runSuccessfully('sh', ['-c', `${line} && pwd`], { cwd })
  expect(where.trim()).toBe(join(cwd, name))
  expect(await readdir(cwd)).toEqual([name])
})

test("a hook's GIT_DIR does not lead --git astray", async () => {
  const cwd = await temporaryDirectory()
  const other = join(await temporaryDirectory(), 'other.git')
  const env = { GIT_DIR: other, GIT_WORK_TREE: cwd, GIT_INDEX_FILE: join(other, 'index') }
  await runSuccessfully('node', [createBin, 'app', '--template', 'python', '--yes', '--git'], { cwd, env })
  expect(await readdir(join(cwd, 'app'))).toContain('.git')
  await expect(access(other)).rejects.toThrow('ENOENT')
})
