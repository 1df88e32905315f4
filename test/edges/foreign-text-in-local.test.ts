import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pack, type Header } from 'tar-stream'
import { expect, test } from 'vitest'
import { startRefusingPlatform } from '../helpers/foreign-platform.ts'
import { expectForeignIsPlain, expectPlain, foreign } from '../helpers/foreign-text.ts'
import { callApi } from '../helpers/platform.ts'
import { run } from '../helpers/process.ts'
import { createProject, writeFiles } from '../helpers/project.ts'
import { localBin, serve } from '../helpers/serve.ts'
import { responseJson, serveStub } from '../helpers/stub-platform.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

type Entry = readonly [header: Partial<Header> & { name: string }, content?: string]

/** A platform with one archive that has these entries, and a record with these fields. */
async function platformWith(entries: readonly Entry[], record: object = {}) {
  const tar = pack()
  for (const [header, content] of entries) tar.entry(header, content ?? '')
  tar.finalize()
  const archive = await buffer(tar)
  const app = { name: 'app', version: '1.0', entrypoint: 'main.js', hash: createHash('sha256').update(archive).digest('base64'), ...record }
  const apiUrl: string = await serveStub(responseJson(404, {}), (request, response) => {
    if (request.url?.endsWith('/archive') === true) response.end(archive)
    else if (request.url?.endsWith('/download') === true) responseJson(200, { ok: true, message: `${apiUrl}/archive` })(request, response)
    else responseJson(200, { app })(request, response)
  })
  return { BYTENITE_API_URL: apiUrl, BYTENITE_ACCESS_TOKEN: 'some-token' }
}

/** Runs a task of the app, with its results in the current directory. */
async function runApp(env: Record<string, string>, flags: string[] = [], out = '.') {
  const cwd = await temporaryDirectory()
  const { exitCode, stdout, stderr } = await run('node', [localBin, 'run', 'app', '--out', out, ...flags], { cwd, env })
  return { exitCode, output: stdout + stderr }
}

test("an app's entrypoint and its results are shown in lines of ours", async () => {
  const entrypoint = `${foreign}.js`
  const script = `import { writeFileSync } from 'node:fs'
    process.chdir(process.env.TASK_RESULTS_DIR)
    for (const name of ${JSON.stringify([foreign, '::error title=x::forged', '##[error]forged'])}) writeFileSync(name, '')
    console.log('\\u001b[32mby the task\\u001b[39m')`
  const entries = [
    [{ name: `app/${entrypoint}` }, script],
    [{ name: 'app/package.json' }, '{"type":"module"}'],
  ] as const
  const { exitCode, output } = await runApp(await platformWith(entries, { entrypoint }))
  expect(exitCode, output).toBe(0)
  expect(output).toMatch(/^Running begin.*\.js of app@1\.0$/m)
  // What a task prints is its own.
  expect(output).toContain('\u001b[32mby the task\u001b[39m\n')
  expectForeignIsPlain(output.replace('\u001b[32mby the task\u001b[39m\n', ''))
  expect(output).toContain('\n\\u003a:error title=x::forged\n')
})

test.each<[string, Entry[], object]>([
  ['another app', [], { name: foreign, version: foreign }],
  ['an entry that leads out', [[{ name: `../${foreign}` }]], {}],
  ['a link', [[{ name: foreign, type: 'symlink', linkname: '/etc' }]], {}],
  ['an entrypoint without an interpreter', [[{ name: `app/${foreign}` }]], { entrypoint: foreign }],
  ['an entrypoint that is missing', [[{ name: 'app/x' }]], { entrypoint: `${foreign}.js` }],
])('%s is named in a line of ours', async (_, entries, record) => {
  const { exitCode, output } = await runApp(await platformWith(entries, record))
  expect(exitCode).toBe(1)
  expectForeignIsPlain(output)
})

test('a refusal of a platform is shown in lines of ours', async () => {
  const { exitCode, output } = await runApp(await startRefusingPlatform())
  expect(exitCode).toBe(1)
  expect(output).toMatch(/^bytenite-local: GET .*\n[A-Z].*\n$/)
  expectForeignIsPlain(output)
})

test('paths are shown in lines of ours', async () => {
  const env = await platformWith([[{ name: 'app/main.js' }, `require('fs').writeFileSync(process.env.TASK_RESULTS_DIR + '/x', '')`]])
  const shown = await runApp(env, [], foreign)
  expect(shown.exitCode).toBe(0)
  expectForeignIsPlain(shown.output)
  for (const flag of ['--input', '--params']) {
    const { exitCode, output } = await runApp(env, [flag, `${foreign}.json`])
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
