import { mkdir, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tarOf } from '../helpers/tar-of.ts'
import { callApi, startPlatform, type TestPlatform } from '../helpers/platform.ts'
import { runSuccessfully, startProgram } from '../helpers/process.ts'
import { processesWith, uniqueSeconds } from '../helpers/processes.ts'
import { readFiles, writeFiles, type Files } from '../helpers/project.ts'
import { publishScript, publishTask, runTask } from '../helpers/published-task.ts'
import { localBin, serve } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

/** Publishes an app, and runs a task of it. */
async function runFiles(files: Files, entrypoint: string) {
  const platform = await startPlatform()
  await publishTask(platform, files, entrypoint)
  return runTask(platform, ['--out', 'out'], await temporaryDirectory())
}

/** The error of a job whose only task could not be started, without what is about the job. */
function whyNotStarted(stderr: string): string {
  return /^bytenite-local: Job \S+ failed: Task 0 failed: (.*) See its log: .*\n$/.exec(stderr)?.[1] ?? stderr
}

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

test('a task inherits nothing of the platform but the documented variables', async () => {
  const cwd = await temporaryDirectory()
  await writeFiles(cwd, { secret: 'x' })
  // A shell that has a file open, and something to type.
  const words = `exec "$0" "$@" 9<secret <<'END'\ntyped\nEND`
  const apiKey = 'a-key-that-is-given-as-a-word'
  const program = startProgram('sh', ['-c', words, 'node', localBin, 'serve', '--port', '0', '--dir', 'platform', '--api-key', apiKey], {
    cwd,
    env: { SECRET_OF_THE_SHELL: 'x' },
  })
  await program.waitForOutput(/export BYTENITE_API_KEY=/)
  const [apiUrl = ''] = /http:\S+/.exec(program.output()) ?? []
  const platform = { env: { BYTENITE_API_URL: apiUrl, BYTENITE_API_KEY: apiKey } } as TestPlatform
  await publishTask(platform, { 'main.sh': INSPECTION }, 'main.sh')
  expect(await runTask(platform, ['--out', 'out'], cwd)).toMatchObject({ exitCode: 0, stderr: '' })
  const report = Object.fromEntries(Object.entries(await readFiles(join(cwd, 'out'))).map(([name, bytes]) => [name, String(bytes)]))
  const names = report['environment']?.split('\0').map((variable) => variable.split('=')[0])
  expect(names?.toSorted()).toEqual(
    ['', 'APP_PARAMS', 'CHUNK_NUMBER', 'PATH', 'SHARED_CACHE_DIR', 'TASK_DIR', 'TASK_RESULTS_DIR', 'USER_CACHE_DIR'].toSorted(),
  )
  expect(report['parameters']).toMatch(/^\/bin\/sh\0[^\0]*\/app\/main\.sh\0$/)
  expect({ input: report['input'], directory: report['directory'] }).toEqual({ input: '', directory: 'main.sh\n' })
  expect(Object.values(report).join()).not.toContain(apiKey)

  const [pid, , , , group, session] = report['status']?.split(' ') ?? []
  expect([group, session]).toEqual([pid, pid])

  // Every program that is started here has these files, wherever they come from.
  const usual = await temporaryDirectory()
  await writeFiles(cwd, { 'inspect.sh': INSPECTION })
  await runSuccessfully('sh', ['inspect.sh'], { cwd, env: { TASK_RESULTS_DIR: usual } })
  expect(report['files']).toBe(String((await readFiles(usual))['files']))
  expect(report['targets']).not.toContain('secret')
  program.kill('SIGTERM')
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
  const { exitCode, stderr } = await runFiles({ [entrypoint]: script }, entrypoint)
  expect(exitCode).toBe(1)
  expect(whyNotStarted(stderr)).toMatch(new RegExp(`^Cannot start ${entrypoint}: ${message.source}`))
  expect(stderr).not.toContain('ENOENT')
})

test('an interpreter that is not installed is named', async () => {
  const cwd = await temporaryDirectory()
  const programs = join(cwd, 'bin')
  await mkdir(programs)
  await symlink(process.execPath, join(programs, 'node'))
  const program = await serve(['--port', '0', '--dir', join(cwd, 'platform')], { PATH: programs })
  const platform = { env: program.exports() } as TestPlatform
  await publishTask(platform, { 'main.py': 'print(1)' }, 'main.py')
  const { exitCode, stderr } = await runTask(platform, ['--out', 'out'], cwd)
  expect({ exitCode, reason: whyNotStarted(stderr) }).toEqual({
    exitCode: 1,
    reason: 'Cannot start main.py: python3 is not installed, or not in your PATH. Install it, then run the task again.',
  })
})

test('a script that the system may not execute is explained', async () => {
  const platform = await startPlatform()
  const manifest = { name: 'task', version: '1.0', platform: 'docker', entrypoint: 'main.sh', platform_config: { container: 'any' } }
  const script = { content: '#!/bin/sh\n', mode: 0o644 }
  const tar = await tarOf({ 'manifest.json': { content: JSON.stringify(manifest) }, 'app/main.sh': script })
  await callApi(platform.apiUrl, platform.apiKey, 'POST /dev/apps', JSON.stringify({ data: tar.toString('base64') }))
  const { exitCode, stderr } = await runTask(platform, ['--out', 'out'], await temporaryDirectory())
  expect({ exitCode, reason: whyNotStarted(stderr) }).toEqual({
    exitCode: 1,
    reason: 'the system may not execute the entrypoint. Give the file the permission (chmod +x), and publish it again.',
  })
})

test.each([
  ['#!/usr/bin/env -S node --no-warnings\nconsole.log("started")\n'],
  ['#! /bin/sh -e\necho started\n'],
  ['#!/usr/bin/env sh\necho started\n'],
])('a script that starts with %j runs', async (script) => {
  expect(await runFiles({ 'main.sh': script }, 'main.sh')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('started') as string,
  })
})

test('a task that exceeds its time limit is stopped with all processes that it started', async () => {
  const platform = await startPlatform()
  const seconds = uniqueSeconds()
  await publishScript(platform, `echo half > "$TASK_RESULTS_DIR/result"; sleep ${seconds} & sleep ${seconds}`)
  const cwd = await temporaryDirectory()
  const { exitCode, stderr } = await runTask(platform, ['--out', 'out', '--timeout', '1'], cwd)
  expect({ exitCode, reason: whyNotStarted(stderr) }).toEqual({ exitCode: 1, reason: 'took longer than its time limit of 1 s.' })
  expect(await processesWith(seconds)).toEqual([])
  expect(await readdir(join(cwd, 'out'))).toEqual([])
})

test('a task within its time limit is not affected by it', async () => {
  const platform = await startPlatform()
  await publishScript(platform, 'exit 3')
  const { exitCode, stderr } = await runTask(platform, ['--out', 'out', '--timeout', '60'], await temporaryDirectory())
  expect({ exitCode, reason: whyNotStarted(stderr) }).toEqual({ exitCode: 1, reason: 'exited with code 3.' })
})
