import { readdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { listen } from '../helpers/listen.ts'
import { startPlatform, type TestPlatform } from '../helpers/platform.ts'
import { runSuccessfully, startProgram, type Program } from '../helpers/process.ts'
import { processesWith, uniqueSeconds, waitForProcesses } from '../helpers/processes.ts'
import { readFiles, writeFiles } from '../helpers/project.ts'
import { publishScript, runTask, startTask } from '../helpers/published-task.ts'
import { localBin, serve } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor } from '../helpers/wait-for.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

test.each(SIGNALS)('%s ends a task with all processes that it started, and leaves nothing', async (signal) => {
  const platform = await startPlatform()
  const seconds = uniqueSeconds()
  await publishScript(platform, `(trap '' TERM HUP INT; sleep ${seconds} & sleep ${seconds}; sleep ${seconds}) & exec sleep ${seconds}`)
  const cwd = await temporaryDirectory()
  const program = startTask(platform, ['--out', 'out'], cwd)
  await waitForProcesses(seconds, 3)
  program.kill(signal)
  expect(await program.end()).toMatchObject({ exitCode: null, signal })
  expect(await processesWith(seconds)).toEqual([])
  expect(await readFiles(cwd)).toEqual({})
})

test('what a task leaves running ends with its first process', async () => {
  const platform = await startPlatform()
  const seconds = uniqueSeconds()
  await publishScript(platform, `sleep ${seconds} & (sleep ${seconds} &) ; echo 1 > "$TASK_RESULTS_DIR/done"`)
  const cwd = await temporaryDirectory()
  expect(await runTask(platform, ['--out', 'out'], cwd)).toMatchObject({ exitCode: 0, stderr: '' })
  expect(await processesWith(seconds)).toEqual([])
  expect(await readFiles(cwd)).toEqual({ 'out/done': Buffer.from('1\n') })
})

/** A platform that takes no file, and notes what is asked of it. */
async function startStuckPlatform(): Promise<{ env: Record<string, string>; calls: string[] }> {
  const calls: string[] = []
  const server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`)
    // Nothing ever happens to the file.
    if (request.method === 'PUT') return
    const params = { tempUrl: `http://${request.headers.host}/upload` }
    const job = { id: 'some-job', state: 'JOB_STATE_NEW', dataSource: { dataSourceDescriptor: 'file', params } }
    request.resume().on('end', () => response.end(JSON.stringify(request.url?.endsWith('/abort') === true ? { ok: true } : { job })))
  })
  const env = { BYTENITE_API_URL: `http://127.0.0.1:${await listen(server)}/v1`, BYTENITE_ACCESS_TOKEN: 'some-token' }
  return { env, calls }
}

test('a signal while the input is uploaded leaves no job', async () => {
  const { env, calls } = await startStuckPlatform()
  const cwd = await temporaryDirectory()
  await writeFiles(cwd, { in: 'data' })
  const program = startTask({ env } as TestPlatform, ['--input', 'in', '--out', 'out'], cwd)
  await waitFor('the upload', () => calls.includes('PUT /upload'))
  program.kill('SIGTERM')
  expect(await program.end()).toMatchObject({ exitCode: null, signal: 'SIGTERM', stdout: '' })
  expect(calls.slice(calls.indexOf('PUT /upload') + 1)).toEqual(['POST /v1/customer/jobs/some-job/abort'])
  expect(await readdir(cwd)).toEqual(['in'])
})

test('an input that is not a file is refused', async () => {
  const cwd = await temporaryDirectory()
  // Nobody writes to this pipe, so it would never be read to its end.
  await runSuccessfully('mkfifo', ['in'], { cwd })
  const { exitCode, stderr } = await runTask({ env: {} } as TestPlatform, ['--input', 'in', '--out', 'out'], cwd)
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'bytenite-local: in is not a file. Save the data to a file first.\n' })
})

function startBuild(cwd: string): Program {
  return startProgram('node', [localBin, 'dev', '--', './build.sh'], { cwd, env: { TMPDIR: cwd } })
}

test('a build under dev ends with all processes that it started', async () => {
  const seconds = uniqueSeconds()
  const cwd = await temporaryDirectory()
  await writeFiles(cwd, { 'build.sh': `#!/bin/sh\nsleep ${seconds} & (sleep ${seconds}; echo on) ; echo on\n` })
  const program = startBuild(cwd)
  await waitForProcesses(seconds, 2)
  program.kill('SIGHUP')
  expect(await program.end()).toMatchObject({ exitCode: null, signal: 'SIGHUP', stdout: '' })
  expect(await processesWith(seconds)).toEqual([])
  expect(await readdir(cwd)).toEqual(['build.sh'])
})

test('a build under dev may clean up after itself when it is stopped', async () => {
  const cwd = await temporaryDirectory()
  await writeFiles(cwd, {
    'build.sh': `#!/bin/sh\ntrap 'sleep 0.2; echo cleaned up; exit 1' TERM\necho building\nwhile :; do sleep 0.05; done\n`,
  })
  const program = startBuild(cwd)
  await program.waitForOutput('building')
  program.kill('SIGINT')
  expect(await program.end()).toMatchObject({ exitCode: null, signal: 'SIGINT', stdout: 'building\ncleaned up\n' })
})

test('a build under dev that ignores signals is killed', async () => {
  const seconds = uniqueSeconds()
  const cwd = await temporaryDirectory()
  await writeFiles(cwd, { 'build.sh': `#!/bin/sh\ntrap '' TERM INT HUP\nsleep ${seconds}; sleep ${seconds}\n` })
  const program = startBuild(cwd)
  await waitForProcesses(seconds, 1)
  program.kill('SIGTERM')
  expect(await program.end()).toMatchObject({ exitCode: null, signal: 'SIGTERM' })
  expect(await processesWith(seconds)).toEqual([])
  expect(await readdir(cwd)).toEqual(['build.sh'])
})

/** Stops a build that goes on, and then does not wait for it. Returns how long both took, in milliseconds. */
async function stopTwice(): Promise<number> {
  const seconds = uniqueSeconds()
  const cwd = await temporaryDirectory()
  await writeFiles(cwd, { 'build.sh': `#!/bin/sh\ntrap 'echo still building' TERM\nwhile :; do sleep ${seconds} & wait; done\n` })
  const program = startBuild(cwd)
  await waitForProcesses(seconds, 1)
  const start = performance.now()
  program.kill('SIGINT')
  await program.waitForOutput('still building')
  program.kill('SIGTERM')
  expect(await program.end()).toMatchObject({ exitCode: null, signal: 'SIGTERM' })
  const elapsed = performance.now() - start
  expect(await readdir(cwd)).toEqual(['build.sh'])
  await waitForProcesses(seconds, 0)
  return elapsed
}

test('a second signal does not wait for the build, and leaves nothing either', async () => {
  // A build is given three seconds. A machine that does much else may take as long for both signals, but not every time.
  let fastest = Infinity
  for (let attempts = 0; attempts < 5 && fastest >= 3_000; attempts++) fastest = Math.min(fastest, await stopTwice())
  expect(fastest).toBeLessThan(3_000)
})

test('serve stops when its terminal closes', async () => {
  const program = await serve(['--port', '0', '--dir', await temporaryDirectory()])
  program.kill('SIGHUP')
  expect(await program.end()).toMatchObject({ exitCode: 0, signal: null })
})
