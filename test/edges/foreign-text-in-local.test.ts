import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startRefusingPlatform } from '../helpers/foreign-platform.ts'
import { expectForeignIsPlain, expectPlain, foreign } from '../helpers/foreign-text.ts'
import { callApi, startPlatform } from '../helpers/platform.ts'
import { run } from '../helpers/process.ts'
import { createProject, readFiles, writeFiles } from '../helpers/project.ts'
import { publishTask } from '../helpers/published-task.ts'
import { localBin, serve } from '../helpers/serve.ts'
import { responseJson, serveStub } from '../helpers/stub-platform.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

/** Runs a job with the app. */
async function runApp(env: Record<string, string>, flags: string[] = [], out = '.') {
  const cwd = await temporaryDirectory()
  const { exitCode, stdout, stderr } = await run('node', [localBin, 'run', 'task', '--out', out, ...flags], { cwd, env })
  return { exitCode, output: stdout + stderr, files: await readFiles(cwd) }
}

test('the results of an app are shown in lines of ours, and so is what it prints but for its colours', async () => {
  const platform = await startPlatform()
  const script = `import { writeFileSync } from 'node:fs'
    process.chdir(process.env.TASK_RESULTS_DIR)
    for (const name of ${JSON.stringify([foreign, '::error title=x::forged', '##[error]forged'])}) writeFileSync(name, '')
    console.log('\\u001b[32mby the task\\u001b[39m')
    console.log(${JSON.stringify(foreign)})`
  await publishTask(platform, { 'main.js': script, 'package.json': '{"type":"module"}' }, 'main.js')
  const { exitCode, output } = await runApp(platform.env)
  expect(exitCode, output).toBe(0)
  expect(output).toContain('\nby the task\nbegin')
  // Lines of the task are its own.
  expectForeignIsPlain(output.replace('\nforged line\n', '\n'))
  expect(output).toContain('\n\\u003a:error title=x::forged\n')
})

/** A platform whose only job is complete at once, and has results with these names. */
async function platformWithResults(names: readonly string[], record: object = {}): Promise<Record<string, string>> {
  const job = {
    id: 'some-job',
    state: 'JOB_STATE_COMPLETE',
    name: foreign,
    dataSource: { dataSourceDescriptor: 'bypass' },
    numChunks: 2,
    duration: 1,
    errorMessage: '',
    ...record,
  }
  const events = 'data: {"result":{"event":"job","data":' + JSON.stringify(job) + '}}\n\n'
  const apiUrl: string = await serveStub(
    (request, response) => responseJson(200, request.url?.endsWith('/jobs') === true ? { job } : { ok: true })(request, response),
    (request, response) => {
      if (request.url?.includes('/events') === true) response.writeHead(200, { 'content-type': 'text/event-stream' }).end(events)
      else if (request.url?.endsWith('/results') === true) {
        const results = names.map((name) => ({ name, link: `${apiUrl}/file` }))
        responseJson(200, { results })(request, response)
      } else responseJson(200, request.url?.endsWith('/file') === true ? 'content' : { job, data: [] })(request, response)
    },
  )
  return { BYTENITE_API_URL: apiUrl, BYTENITE_ACCESS_TOKEN: 'some-token' }
}

test('a job and its results that a platform made up are shown in lines of ours', async () => {
  const shown = await runApp(await platformWithResults([`a/${foreign.replaceAll('/', '')}`]))
  expect(shown.exitCode, shown.output).toBe(0)
  expectForeignIsPlain(shown.output)
  const failed = await runApp(await platformWithResults([], { state: 'JOB_STATE_FAILED', errorMessage: foreign, stateTimestamps: {} }))
  expect(failed.exitCode).toBe(1)
  expectForeignIsPlain(failed.output)
})

test.each([['../x'], ['/x'], ['a/../../x'], ['a//x'], [''], ['.'], ['a/.'], [`../${foreign}`], ['a\0b']])(
  'a result with the name %j is refused, and nothing is written',
  async (name) => {
    const { exitCode, output, files } = await runApp(await platformWithResults(['fine', name]))
    expect(exitCode).toBe(1)
    expect(output).toMatch(/\nbytenite-local: The platform has a result with the name ".*", which is not a path within a directory\.\n$/)
    expectPlain(output)
    expect(files).toEqual({})
  },
)

test('a refusal of a platform is shown in lines of ours', async () => {
  const { exitCode, output } = await runApp(await startRefusingPlatform())
  expect(exitCode).toBe(1)
  expect(output).toMatch(/^bytenite-local: POST .*\n[A-Z].*\nSee bytenite-uploader\/docs\/errors\.md#refused\n$/)
  expectForeignIsPlain(output)
})

test('paths are shown in lines of ours', async () => {
  const platform = await startPlatform()
  await publishTask(platform, { 'main.sh': '#!/bin/sh\ntouch "$TASK_RESULTS_DIR/x"\n' }, 'main.sh')
  const shown = await runApp(platform.env, [], foreign)
  expect(shown.exitCode).toBe(0)
  expectForeignIsPlain(shown.output)
  for (const flag of ['--input', '--params']) {
    const { exitCode, output } = await runApp(platform.env, [flag, `${foreign}.json`])
    expect(exitCode).toBe(1)
    expectForeignIsPlain(output)
  }
})

test('words of a command line are shown in lines of ours', async () => {
  const cwd = await temporaryDirectory()
  for (const words of [
    [foreign],
    ['run', 'a', foreign],
    ['run', `--${foreign}`],
    ['serve', '--port', foreign],
    ['run', 'a', '--params', foreign],
  ]) {
    const { exitCode, stdout, stderr } = await run('node', [localBin, ...words], { cwd })
    expect(exitCode).not.toBe(0)
    expectPlain(stdout + stderr)
  }
})

test('a build that fails is named in a line of ours', async () => {
  const cwd = await createProject({ 'fail.js': 'process.exit(1)' })
  const { exitCode, stderr } = await run('node', [localBin, 'dev', '--', 'node', 'fail.js', foreign], { cwd })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('The build failed with exit code 1')
  expectForeignIsPlain(stderr)
})

test('what is found in the directory of a platform is named in lines of ours', async () => {
  const directory = await temporaryDirectory()
  await writeFiles(directory, { [foreign]: '' })
  const refused = await run('node', [localBin, 'serve', '--port', '0', '--dir', directory], { cwd: directory })
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('it contains begin') as string })
  expectForeignIsPlain(refused.stderr)

  const used = await temporaryDirectory()
  const first = await serve(['--port', '0', '--dir', used])
  first.kill()
  await first.end()
  await writeFiles(used, { [`apps/${foreign}.json`]: foreign })
  const second = await serve(['--port', '0', '--dir', used])
  expect(second.output()).toMatch(/^bytenite-local: Damaged file .*begin.*\.json: not valid JSON: .*begin.* Renamed it to begin.*$/m)
  expectForeignIsPlain(second.output())
})

test('the directory of a platform, and an error of it, are shown in lines of ours', async () => {
  const directory = join(await temporaryDirectory(), foreign)
  const { output, exports, kill, end } = await serve(['--port', '0', '--dir', directory])
  expectForeignIsPlain(output())
  const before = output().length
  await rm(directory, { recursive: true })
  const { BYTENITE_API_URL = '', BYTENITE_API_KEY = '' } = exports()
  const { status } = await callApi(BYTENITE_API_URL, BYTENITE_API_KEY, 'POST /dev/apps', '{"data":""}')
  expect(status).toBe(500)
  kill()
  await end()
  expectForeignIsPlain(output().slice(before))
})
