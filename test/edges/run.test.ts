import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import { expect, test } from 'vitest'
import { JOIN, SPLIT_LINES, startJobApi, UPPER, type JobApi } from '../helpers/job-api.ts'
import { startPlatform } from '../helpers/platform.ts'
import { run, startProgram } from '../helpers/process.ts'
import { readFiles, writeFiles } from '../helpers/project.ts'
import { publishScript, publishTask, runTask } from '../helpers/published-task.ts'
import { localBin } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { hasTerminal, startOnTerminal } from '../helpers/terminal.ts'

const reporter = `#!/usr/bin/env node
const fs = require('node:fs'), path = require('node:path')
const { TASK_DIR, TASK_RESULTS_DIR, APP_PARAMS } = process.env
fs.mkdirSync(path.join(TASK_RESULTS_DIR, 'sub'))
fs.writeFileSync(path.join(TASK_RESULTS_DIR, 'sub/report.json'), JSON.stringify({
  input: fs.readFileSync(path.join(TASK_DIR, 'data.bin'), 'utf8'), params: JSON.parse(APP_PARAMS), env: process.env, files: fs.readdirSync('.'),
}))
console.log('said by the task')
`

test('run executes what was just published, with the documented variables alone', async () => {
  const platform = await startPlatform()
  await publishTask(platform, { 'main.js': reporter, 'package.json': '{"type":"commonjs"}' }, 'main.js')
  const cwd = await temporaryDirectory()
  await writeFiles(cwd, { 'in.txt': 'the chunk' })
  const { exitCode, stdout, stderr } = await runTask(platform, ['--input', 'in.txt', '--params', '{"a":[1]}', '--out', 'results/here'], cwd)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toMatch(
    /^Running task@1\.0 as job [\w-]{36}\nsaid by the task\nComplete in \d+\.\d s\nresults\/here\/sub\/report\.json\n$/,
  )
  const report = JSON.parse(await readFile(join(cwd, 'results/here/sub/report.json'), 'utf8')) as Record<string, object>
  expect(report).toMatchObject({ input: 'the chunk', params: { a: [1] }, files: ['main.js', 'package.json'] })
  expect(Object.keys(report['env'] ?? {})).not.toContain('SECRET_OF_THE_SHELL')
  expect(Object.keys(await readFiles(cwd))).toEqual(['in.txt', 'results/here/sub/report.json'])
})

test.each<[string, string[], RegExp]>([
  [
    'a task that fails',
    ['task', '--out', 'out'],
    /: Job .* failed: Task 0 failed: exited with code 3\. .* bytenite-local logs .* --task 0\n$/,
  ],
  ['an app that does not exist', ['other', '--out', 'out'], /400.*there is no app other/],
  ['an input that does not exist', ['task', '--out', 'out', '--input', 'none.txt'], /none\.txt/],
  ['a key that is not accepted', ['task', '--out', 'out', '--api-key', 'wrong'], /401/],
])('run with %s fails, and writes nothing', async (_, flags, message) => {
  const platform = await startPlatform()
  await publishScript(platform, 'exit 3')
  const cwd = await temporaryDirectory()
  const { exitCode, stderr } = await run('node', [localBin, 'run', ...flags], { cwd, env: { ...platform.env, TMPDIR: cwd } })
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(message)
  expect(await readFiles(cwd)).toEqual({})
})

/** A platform with the apps `upper` and `fussy`, the partitioner `cut` and the assembler `join`. */
async function startApi(): Promise<JobApi> {
  const api = await startJobApi({ concurrency: 2 })
  await api.publish('upper', UPPER)
  await api.publish('fussy', 'for line in 1 2; do echo "line $line"; done; ! grep -q bad "$TASK_DIR/data.bin"')
  await api.publish('cut', SPLIT_LINES, { type: 'partitioner' })
  await api.publish('join', JOIN, { type: 'assembler' })
  return api
}

/** Runs a job on the lines `a`, `bad` and `c`. */
async function runLines({ platform }: JobApi, flags: string[]) {
  const cwd = await temporaryDirectory()
  await writeFiles(cwd, { 'in.txt': 'a\nbad\nc\n' })
  const ending = await run('node', [localBin, 'run', ...flags, '--input', 'in.txt'], { cwd, env: platform.env })
  return { cwd, ...ending }
}

test('run fans out, and says what the job is doing in few lines', async () => {
  const api = await startApi()
  const { cwd, exitCode, stdout, stderr } = await runLines(api, ['upper', '--partitioner', 'cut', '--assembler', 'join', '--out', 'out'])
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toMatch(/^Running upper@1\.0 with cut@1\.0 and join@1\.0 as job .*\n/)
  expect(stdout).toMatch(/\nComplete: 3 tasks in \d+\.\d s\nout\/all\.txt\n$/)
  const between = stdout.split('\n').slice(1, -3)
  expect(['Partitioning', '3 tasks', 'Merging']).toEqual(expect.arrayContaining(between))
  expect(await readFile(join(cwd, 'out/all.txt'), 'utf8')).toBe('A\nBAD\nC\n')
})

test('a template is run with its parts and parameters, and --json prints the record at the end', async () => {
  const api = await startApi()
  const template = { id: 'lines', app: 'upper', partitioner: 'cut', assembler: 'passthrough', params: { app: { a: 1, b: 1 } } }
  await api.call('POST /dev/templates', template)
  const { cwd, exitCode, stdout, stderr } = await runLines(api, ['--template', 'lines', '--params', '{"b":2}', '--out', 'out', '--json'])
  expect(exitCode, stderr).toBe(0)
  const job = JSON.parse(stdout) as JobRecord
  expect(job).toMatchObject({
    state: 'JOB_STATE_COMPLETE',
    templateId: 'lines',
    params: { app: { a: 1, b: 2 } },
    config: { isTestJob: true },
    tasks: { completed: 3 },
  })
  expect(stderr).toContain(`as job ${job.id}\n`)
  expect(Object.keys(await readFiles(join(cwd, 'out')))).toEqual(['out_0.txt', 'out_1.txt', 'out_2.txt'])
})

test('a failed task of several is named, with its last lines and the command for all of them', async () => {
  const api = await startApi()
  const { cwd, exitCode, stdout, stderr } = await runLines(api, ['fussy', '--partitioner', 'cut', '--out', 'out'])
  expect(exitCode).toBe(1)
  expect(stdout).toMatch(/\nThe last lines of task 1:\n {2}line 1\n {2}line 2\n$/)
  expect(stderr).toMatch(
    /^bytenite-local: Job (\S+) failed: Task 1 failed: exited with code 1\. See its log: bytenite-local logs \1 --task 1\n$/,
  )
  expect(await readFiles(join(cwd, 'out'))).toEqual({})
})

test('run --detach prints the ID of the job, which goes on', async () => {
  const api = await startApi()
  const { exitCode, stdout, stderr } = await runLines(api, ['upper', '--detach'])
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(await api.ended(stdout.trim())).toMatchObject({ state: 'JOB_STATE_COMPLETE' })
})

test('of a job that cannot start, nothing is left', async () => {
  const api = await startApi()
  await api.call('POST /dev/templates', {
    id: 'needy',
    app: 'upper',
    partitioner: 'passthrough',
    assembler: 'passthrough',
    dataSource: { dataSourceDescriptor: 'file' },
  })
  const cwd = await temporaryDirectory()
  const command = [localBin, 'run', '--template', 'needy', '--out', 'out']
  const { exitCode, stderr } = await run('node', command, { cwd, env: api.platform.env })
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: 'bytenite-local: The template needy takes its data from a file. Add --input <file>.\n',
  })
  expect((await api.call('GET /customer/jobs')).json).toMatchObject({ data: [] })
})

test.each(['SIGINT', 'SIGTERM'] as const)('%s aborts the job, which says so, and ends run by the signal', async (signal) => {
  const platform = await startPlatform()
  await publishScript(platform, 'echo $$\nexec sleep 60')
  const cwd = await temporaryDirectory()
  const program = startProgram('node', [localBin, 'run', 'task', '--out', 'out'], { cwd, env: { ...platform.env, TMPDIR: cwd } })
  await program.waitForOutput(/^\d+\n/m)
  program.kill(signal)
  const ending = await program.end()
  expect(ending).toMatchObject({ exitCode: null, signal, stderr: '' })
  expect(ending.stdout).toMatch(/\nAborting job (\S+)\nAborted job \1\n$/)
  const [task] = /^\d+$/m.exec(ending.stdout) ?? []
  expect(() => process.kill(Number(task), 0)).toThrow('ESRCH')
  const [, id = ''] = /Aborted job (\S+)/.exec(ending.stdout) ?? []
  expect(await platform.client.jobs.get(id)).toMatchObject({ state: 'JOB_STATE_FAILED', errorMessage: 'aborted by local' })
  expect(await readFiles(cwd)).toEqual({})
})

test.runIf(hasTerminal)(
  'on a terminal, one line is rewritten, and colours of a task arrive but nothing else that a terminal acts on',
  async () => {
    const api = await startApi()
    await api.publish('colours', String.raw`printf '\033[32mgreen\033[0m\tx\033]0;title\007\n'`)
    const cwd = await temporaryDirectory()
    await writeFiles(cwd, { 'in.txt': 'a\nb\n' })
    const shown = async (flags: string): Promise<string> => {
      const program = startOnTerminal(`stty cols 100; ${process.execPath} ${localBin} run ${flags} --input in.txt --out out`, {
        cwd,
        env: { ...api.platform.env, NO_COLOR: '', TERM: 'xterm' },
      })
      expect(await program.end()).toMatchObject({ exitCode: 0 })
      return program.output()
    }
    expect(await shown('colours')).toContain('\u001b[32mgreen\u001b[0m\tx\\u001b]0;title\\u0007\u001b[0m\r\n')
    await api.publish('gate', 'while [ ! -e ' + cwd + '/open ]; do sleep 0.05; done; touch ' + cwd + '/open')
    const gated = startOnTerminal(`stty cols 100; ${process.execPath} ${localBin} run gate --partitioner cut --input in.txt --out out`, {
      cwd,
      env: { ...api.platform.env, TERM: 'xterm' },
    })
    await gated.waitForOutput('0 of 2 tasks done, 2 running')
    await writeFiles(cwd, { open: '' })
    expect(await gated.end()).toMatchObject({ exitCode: 0 })
    expect(gated.output()).toContain('\r\u001b[KComplete: 2 tasks in ')
  },
)
