import { mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { AppRecord } from 'bytenite-uploader/wire'
import { expect, test } from 'vitest'
import { serveApp, tarOf, type Entry } from '../helpers/one-app-platform.ts'
import { startPlatform } from '../helpers/platform.ts'
import { run, runSuccessfully } from '../helpers/process.ts'
import { processesWith, uniqueSeconds } from '../helpers/processes.ts'
import { readFiles, writeFiles } from '../helpers/project.ts'
import { publishScript, publishTask, runTask } from '../helpers/published-task.ts'
import { localBin } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const SCRIPT = '#!/bin/sh\necho started\n'

/** Runs a task of an app that a platform claims to have. */
async function runClaimed(record: Partial<AppRecord>, entries: Record<string, Entry> = { 'app/main.sh': SCRIPT }, tag = 'task') {
  const cwd = await temporaryDirectory()
  await writeFiles(cwd, { 'x.sh': SCRIPT })
  const env = { ...(await serveApp(await tarOf(entries), record)), TMPDIR: cwd }
  const { exitCode, stdout, stderr } = await run('node', [localBin, 'run', tag, '--out', 'out'], { cwd, env })
  expect((await readdir(cwd)).filter((name) => name.startsWith('bytenite'))).toEqual([])
  return { exitCode, stdout, stderr }
}

test.each<[string, string, Record<string, Entry>]>([
  ['a file outside the archive', '../../../x.sh', {}],
  ['another file of the archive', '../manifest.json', { 'manifest.json': SCRIPT }],
  ['an absolute path', '/bin/true', {}],
  ['a directory', 'folder', { 'app/folder': { type: 'directory' } }],
  ['the app itself', '', {}],
  ['a file that is not there', 'none.sh', {}],
  ['a text that forges lines', 'a\n\u001b[31m::error::', {}],
])('an entrypoint that is %s is not started', async (_, entrypoint, entries) => {
  const { exitCode, stdout, stderr } = await runClaimed({ entrypoint }, { 'app/main.sh': SCRIPT, ...entries })
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
  const shown = entrypoint.replace('\n', '\\n').replace('\u001b', '\\u001b')
  expect(stderr).toBe(
    `bytenite-local: The entrypoint "${shown}" is not a file in the app's archive. Correct it in the manifest, and publish the app again.\n`,
  )
})

test('an entrypoint that is a link is not started', async () => {
  const { exitCode, stdout, stderr } = await runClaimed({}, { 'app/main.sh': { type: 'symlink', linkname: '/bin/true' } })
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 1, stdout: '', stderr: expect.stringContaining('app/main.sh') as string })
})

test('the entrypoint may be spelled in other ways', async () => {
  for (const entrypoint of ['./main.sh', 'sub/../main.sh']) {
    expect(await runClaimed({ entrypoint }, { './app/main.sh': SCRIPT })).toMatchObject({ exitCode: 0, stderr: '' })
  }
})

test.each([
  ['task', { name: 'other' }, 'other@1.0'],
  ['task@1', { version: '2.0' }, 'task@2.0'],
  ['task@1', { version: '10.0' }, 'task@10.0'],
  ['task@1.1', { version: '1.10' }, 'task@1.10'],
  ['task', { name: 'task\u001b[31m' }, 'task\\u001b[31m@1.0'],
])('the record of %s is not one with %j', async (tag, record, shown) => {
  expect(await runClaimed(record, undefined, tag)).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `bytenite-local: The platform's record of ${tag} is that of ${shown}. Check the platform's address.\n`,
  })
})

test('a record without a hash is not trusted', async () => {
  const { exitCode, stdout, stderr } = await runClaimed({ hash: '' })
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 1, stdout: '', stderr: expect.stringContaining('has no hash') as string })
})

test.each([['task'], ['task@1'], ['task@1.0']])('%s is a tag of version 1.0', async (tag) => {
  expect(await runClaimed({}, undefined, tag)).toMatchObject({ exitCode: 0, stderr: '' })
})

/** Writes down what a process starts with. */
const INSPECTION = `#!/bin/sh
cd "$TASK_RESULTS_DIR"
cat > input
cp /proc/$$/environ environment
cp /proc/$$/cmdline parameters
cp /proc/$$/stat status
(ls /proc/$$/fd > files)
(ls -l /proc/$$/fd > targets)
ls "$OLDPWD" > directory
`

test('a task inherits nothing but the documented variables', async () => {
  const platform = await startPlatform()
  await publishTask(platform, { 'main.sh': INSPECTION }, 'main.sh')
  const cwd = await temporaryDirectory()
  await writeFiles(cwd, { secret: 'x', 'inspect.sh': INSPECTION })
  // A shell that has a file open, and something to type.
  const words = `echo typed | "$0" "$@" 9<secret`
  const parameters = ['-c', words, 'node', localBin, 'run', 'task', '--out', 'out', '--api-key', platform.apiKey]
  await runSuccessfully('sh', parameters, { cwd, env: { ...platform.env, SECRET_OF_THE_SHELL: 'x', TMPDIR: cwd } })
  const report = Object.fromEntries(Object.entries(await readFiles(join(cwd, 'out'))).map(([name, bytes]) => [name, String(bytes)]))
  const names = report['environment']?.split('\0').map((variable) => variable.split('=')[0])
  expect(names?.toSorted()).toEqual(['', 'APP_PARAMS', 'PATH', 'TASK_DIR', 'TASK_RESULTS_DIR'])
  expect(report['parameters']).toMatch(/^\/bin\/sh\0[^\0]*\/app\/main\.sh\0$/)
  expect({ input: report['input'], directory: report['directory'] }).toEqual({ input: '', directory: 'main.sh\n' })
  expect(Object.values(report).join()).not.toContain(platform.apiKey)

  const [pid, , , , group, session] = report['status']?.split(' ') ?? []
  expect([group, session]).toEqual([pid, pid])

  // Every program that is started here has these files, wherever they come from.
  const usual = await temporaryDirectory()
  await runSuccessfully(join(cwd, 'inspect.sh'), [], { cwd, env: { TASK_RESULTS_DIR: usual } })
  expect(report['files']).toBe(await readFile(join(usual, 'files'), 'utf8'))
  expect(report['targets']).not.toContain('secret')
  expect(report['targets']?.match(/bytenite.*/g)).toEqual([expect.stringMatching(/app\/main\.sh$/)])
})

const scripts = {
  crlf: '#!/usr/bin/env node\r\nconsole.log(1)\r\n',
  plainCrlf: '#!/bin/sh\r\necho 1\r\n',
  missing: '#!/opt/none/python9\nprint(1)\n',
  missingForEnv: '#!/usr/bin/env python9\nprint(1)\n',
  unsplit: '#!/usr/bin/env node --no-warnings\n',
}

test.each([
  ['main.js', scripts.crlf, /its first line, "#!\/usr\/bin\/env node", ends with CRLF, .*LF line endings/],
  ['main.sh', scripts.plainCrlf, /its first line, "#!\/bin\/sh", ends with CRLF/],
  ['main.py', scripts.missing, /its #! line needs "\/opt\/none\/python9", which is not installed\. Install it, or/],
  ['main.py', scripts.missingForEnv, /its #! line needs "python9", which is not installed\. Install it, or/],
  ['main.js', scripts.unsplit, /its #! line needs "node --no-warnings", which is not installed\. .*#!\/usr\/bin\/env -S/],
  ['main.any', 'echo 1\n', /it has no #! line, and no interpreter is known for its extension\. Add a #! line/],
])('%s with the wrong start %j is explained', async (entrypoint, script, message) => {
  const { exitCode, stdout, stderr } = await runClaimed({ entrypoint }, { [`app/${entrypoint}`]: script })
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
  expect(stderr).toMatch(new RegExp(`^bytenite-local: Cannot start ${entrypoint}: ${message.source}`))
  expect(stderr).not.toContain('ENOENT')
})

test('an interpreter that is not installed is named', async () => {
  const cwd = await temporaryDirectory()
  const programs = join(cwd, 'bin')
  await mkdir(programs)
  await symlink(process.execPath, join(programs, 'node'))
  const env = { ...(await serveApp(await tarOf({ 'app/main.py': 'print(1)' }), { entrypoint: 'main.py' })), TMPDIR: cwd, PATH: programs }
  const { exitCode, stderr } = await run('node', [localBin, 'run', 'task', '--out', 'out'], { cwd, env })
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: 'bytenite-local: Cannot start main.py: python3 is not installed, or not in your PATH. Install it, then run the task again.\n',
  })
})

test('a script that the system may not execute is explained', async () => {
  expect(await runClaimed({}, { 'app/main.sh': { content: SCRIPT, mode: 0o644 } })).toEqual({
    exitCode: 1,
    stdout: 'Running main.sh of task@1.0\n',
    stderr:
      'bytenite-local: Cannot start main.sh: the system may not execute it. Give the file the permission (chmod +x), and publish the app again.\n',
  })
})

test.each([
  ['#!/usr/bin/env -S node --no-warnings\nconsole.log("started")\n'],
  ['#! /bin/sh -e\necho started\n'],
  ['#!/usr/bin/env sh\necho started\n'],
])('a script that starts with %j runs', async (script) => {
  expect(await runClaimed({}, { 'app/main.sh': script })).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('started') as string,
  })
})

test('a task that exceeds its time limit is stopped with all processes that it started', async () => {
  const platform = await startPlatform()
  const seconds = uniqueSeconds()
  await publishScript(platform, `echo half > "$TASK_RESULTS_DIR/result"; sleep ${seconds} & sleep ${seconds}`)
  const cwd = await temporaryDirectory()
  const { exitCode, stderr } = await runTask(platform, ['--out', 'out', '--timeout', '0.5'], cwd)
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: 'bytenite-local: The task exceeded its time limit of 0.5 s and was stopped. Raise the limit, or let the task do less.\n',
  })
  expect(await processesWith(seconds)).toEqual([])
  expect(await readdir(join(cwd, 'out'))).toEqual([])
})

test('a task within its time limit is not affected by it', async () => {
  const platform = await startPlatform()
  await publishScript(platform, 'exit 3')
  const { exitCode, stderr } = await runTask(platform, ['--out', 'out', '--timeout', '60'], await temporaryDirectory())
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'bytenite-local: The task ended with exit code 3.\n' })
})
