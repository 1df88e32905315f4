import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listen } from '../helpers/listen.ts'
import { startPlatform } from '../helpers/platform.ts'
import { run, runSuccessfully, startProgram } from '../helpers/process.ts'
import { readFiles, writeFiles } from '../helpers/project.ts'
import { publishTask, runTask } from '../helpers/published-task.ts'
import { localBin, serve } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

test('serve says its address first, then the two lines to paste; the key is shown once', async () => {
  const directory = join(await temporaryDirectory(), 'data')
  const first = await serve(['--port', '0', '--dir', directory])
  expect(first.output().split('\n')[0]).toMatch(/http:\/\/127\.0\.0\.1:\d+\/v1$/)
  const { BYTENITE_API_URL, BYTENITE_API_KEY = '' } = first.exports()
  const response = await fetch(`${BYTENITE_API_URL}/auth/access_token`, {
    method: 'POST',
    body: JSON.stringify({ apiKey: BYTENITE_API_KEY }),
  })
  expect(response.status).toBe(200)
  first.kill('SIGTERM')
  expect(await first.end()).toMatchObject({ exitCode: 0, signal: null })

  const second = await serve(['--port', '0', '--dir', directory])
  expect(second.output()).not.toContain(BYTENITE_API_KEY)
  const shown = await runSuccessfully('sh', ['-c', `printf %s ${second.exports()['BYTENITE_API_KEY']}`], { cwd: directory })
  expect(shown.trim()).toBe(BYTENITE_API_KEY)
  second.kill('SIGINT')
  expect(await second.end()).toMatchObject({ exitCode: 0, signal: null })
})

test('serve keeps its data in the user data directory, never the current one', async () => {
  const home = await temporaryDirectory()
  const { output, kill, end } = await serve(['--port', '0'], { HOME: home, XDG_DATA_HOME: '' })
  expect(output()).toContain(join(home, '.local/share/bytenite-local'))
  kill()
  await end()
  expect(await readdir(join(home, '.local/share/bytenite-local'))).toContain('api-key')
})

test('serve accepts a given key, and does not store it', async () => {
  const directory = await temporaryDirectory()
  const { output } = await serve(['--port', '0', '--dir', directory, '--api-key', 'my-own-key-for-the-tests'])
  const [, url] = /(http:\S+)/.exec(output()) ?? []
  const response = await fetch(`${url}/auth/access_token`, { method: 'POST', body: '{"apiKey":"my-own-key-for-the-tests"}' })
  expect(response.status).toBe(200)
  expect(await readdir(directory)).not.toContain('api-key')
})

test('a port that is taken is an error that says what to do', async () => {
  const port = await listen(createServer())
  const directory = await temporaryDirectory()
  const { exitCode, stderr } = await run('node', [localBin, 'serve', '--port', String(port), '--dir', directory], { cwd: directory })
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: expect.stringMatching(new RegExp(`Port ${port} is already in use.*--port 0`)) as string,
  })
})

const reporter = `#!/usr/bin/env node
const fs = require('node:fs'), path = require('node:path')
const { TASK_DIR, TASK_RESULTS_DIR, APP_PARAMS } = process.env
fs.mkdirSync(path.join(TASK_RESULTS_DIR, 'sub'))
fs.writeFileSync(path.join(TASK_RESULTS_DIR, 'sub/report.json'), JSON.stringify({
  input: fs.readFileSync(path.join(TASK_DIR, 'data.bin'), 'utf8'), params: JSON.parse(APP_PARAMS), env: process.env, cwd: process.cwd(), files: fs.readdirSync('..').toSorted(),
}))
console.log('said by the task')
`

test('run executes what was published, in a clean directory and with the documented variables alone', async () => {
  const platform = await startPlatform()
  await publishTask(platform, { 'main.js': reporter, 'package.json': '{"type":"commonjs"}' }, 'main.js')
  const cwd = await temporaryDirectory()
  await writeFiles(cwd, { 'in.txt': 'the chunk' })
  const { exitCode, stdout, stderr } = await runTask(platform, ['--input', 'in.txt', '--params', '{"a":[1]}', '--out', 'results/here'], cwd)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toContain('said by the task')
  expect(stdout).toContain('results/here/sub/report.json')
  const report = JSON.parse(await readFile(join(cwd, 'results/here/sub/report.json'), 'utf8')) as Record<string, object>
  expect(report).toMatchObject({
    input: 'the chunk',
    params: { a: [1] },
    files: ['app', 'manifest.json', 'template.json'],
  })
  expect(Object.keys(report['env'] ?? {}).toSorted()).toEqual(['APP_PARAMS', 'PATH', 'TASK_DIR', 'TASK_RESULTS_DIR'])
  expect(Object.keys(await readFiles(cwd))).toEqual(['in.txt', 'results/here/sub/report.json'])
})

test.each([
  ['JavaScript without a #! line', 'main.cjs', 'require("node:fs").writeFileSync(process.env.TASK_RESULTS_DIR + "/ok", "1")'],
  ['Python', 'main.py', 'import os; open(os.environ["TASK_RESULTS_DIR"] + "/ok", "w").write("1")'],
  ['a shell script with a #! line', 'main.any', '#!/bin/sh\nprintf 1 > "$TASK_RESULTS_DIR/ok"\n'],
])('run starts %s', async (_, entrypoint, code) => {
  const platform = await startPlatform()
  await publishTask(platform, { [entrypoint]: code }, entrypoint)
  const cwd = await temporaryDirectory()
  expect(await runTask(platform, ['--out', '.'], cwd)).toMatchObject({ exitCode: 0 })
  expect(await readFiles(cwd)).toEqual({ ok: Buffer.from('1') })
})

test.each<[string, string[], RegExp]>([
  ['a task that fails', ['task', '--out', 'out'], /exit code 3/],
  ['an app that does not exist', ['other', '--out', 'out'], /404.*there is no app other/],
  ['an input that does not exist', ['task', '--out', 'out', '--input', 'none.txt'], /none\.txt/],
  ['a key that is not accepted', ['task', '--out', 'out', '--api-key', 'wrong'], /401/],
])('run with %s fails and leaves nothing in the temporary directory', async (_, flags, message) => {
  const platform = await startPlatform()
  await publishTask(platform, { 'main.js': '#!/bin/sh\nexit 3\n' }, 'main.js')
  const cwd = await temporaryDirectory()
  const { exitCode, stderr } = await run('node', [localBin, 'run', ...flags], { cwd, env: { ...platform.env, TMPDIR: cwd } })
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(message)
  expect(await readFiles(cwd)).toEqual({})
})

test('run that is interrupted ends the task, removes its directory, and ends by the signal', async () => {
  const platform = await startPlatform()
  await publishTask(platform, { 'main.js': '#!/bin/sh\necho $$\nexec sleep 60\n' }, 'main.js')
  const cwd = await temporaryDirectory()
  const program = startProgram('node', [localBin, 'run', 'task', '--out', 'out'], { cwd, env: { ...platform.env, TMPDIR: cwd } })
  await program.waitForOutput(/^\d+\n/m)
  program.kill('SIGINT')
  const { exitCode, signal, stdout } = await program.end()
  expect({ exitCode, signal }).toEqual({ exitCode: null, signal: 'SIGINT' })
  const [task] = /^\d+$/m.exec(stdout) ?? []
  expect(() => process.kill(Number(task), 0)).toThrow('ESRCH')
  expect(await readFiles(cwd)).toEqual({})
})
