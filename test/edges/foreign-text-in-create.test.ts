import { join } from 'node:path'
import { expect, test } from 'vitest'
import { expectForeignIsPlain, foreign } from '../helpers/foreign-text.ts'
import { run } from '../helpers/process.ts'
import { repository, writeFiles, type Files } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const bin = join(repository, 'packages/create/bin/create-bytenite-app.js')

/** Runs the scaffolder in a directory with these files; `git` stands for the system's. */
async function createIn(files: Files, words: string[], git?: string) {
  const cwd = await temporaryDirectory()
  await writeFiles(cwd, git === undefined ? files : { ...files, 'bin/git': git })
  const env = git === undefined ? {} : { PATH: `${join(cwd, 'bin')}:${process.env['PATH']}` }
  const { exitCode, stdout, stderr } = await run('node', [bin, '--yes', ...words], { cwd, env })
  return { exitCode, output: stdout + stderr }
}

test('the directory of a new project is named in lines of ours', async () => {
  const { exitCode, output } = await createIn({}, [foreign])
  expect(exitCode).toBe(0)
  expect(output).toMatch(/^Created begin.* in begin.*: \d+ files from the template hello-world\.$/m)
  expect(output).toMatch(/^ {2}cd .*begin.*$/m)
  expectForeignIsPlain(output)
})

test.each<[string, Files, string[], RegExp]>([
  ['a directory that is not empty, and its files', { [`${foreign}/${foreign}`]: '' }, [foreign], /\[NOT_EMPTY\] .* is not empty/],
  ['a directory that is a file', { [foreign]: '' }, [foreign], /\[NOT_A_DIRECTORY\]/],
  ['a path that is too long', {}, [foreign.repeat(3)], /ENAMETOOLONG/],
  ['words of a command line', {}, ['x', foreign], /Unexpected argument/],
  ['an option', {}, [`--${foreign}`], /Unknown option/],
  ['a template', {}, ['x', '--template', foreign], /\[UNKNOWN_TEMPLATE\]/],
  ['a name', {}, ['x', '--name', foreign], /\[INVALID_NAME\]/],
  ['an image', {}, ['x', '--container', foreign], /\[INVALID_CONTAINER\]/],
  ['a package manager', {}, ['x', '--package-manager', foreign], /\[UNKNOWN_PACKAGE_MANAGER\]/],
])('%s: named in lines of ours', async (_, files, words, message) => {
  const { exitCode, output } = await createIn(files, words)
  expect(exitCode).not.toBe(0)
  expect(output).toMatch(message)
  expectForeignIsPlain(output)
})

test('what git says is shown in a line of ours', async () => {
  const script = `#!/usr/bin/env node\nconsole.error(${JSON.stringify(`fatal: ${foreign}`)})\nprocess.exit(1)\n`
  const { exitCode, output } = await createIn({}, ['x', '--git'], script)
  expect(exitCode).toBe(1)
  expect(output).toMatch(
    /^create-bytenite-app: \[GIT_FAILED\] git init failed in .*\/x: Command failed: git init --quiet fatal: begin.*\nSee create-bytenite-app\/docs\/errors\.md#git_failed\n$/,
  )
  expectForeignIsPlain(output)
})
