import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { startProgram } from '../helpers/process.ts'
import { createProject, writeFiles } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { uploader, uploaderBin } from '../helpers/uploader.ts'

const NAMED = ['--manifest.name', 'app', '--manifest.version', '1.0', '--manifest.entrypoint', 'main.js']

interface Verdict {
  same: boolean
  files: { path: string; kind: string }[]
  fields: { field: string }[]
  reasons: { code: string; files: string[] }[]
}

/** Publishes one version of a file, and verifies another. */
async function verdictOn(
  before: Record<string, string>,
  after: Record<string, string>,
  env: Record<string, string> = {},
): Promise<Verdict> {
  const platform = await startPlatform()
  const root = await temporaryDirectory()
  await writeFiles(root, Object.fromEntries(Object.entries({ 'main.js': '', ...before }).map(([path, text]) => [`before/${path}`, text])))
  await writeFiles(root, Object.fromEntries(Object.entries({ 'main.js': '', ...after }).map(([path, text]) => [`after/${path}`, text])))
  await uploader(['publish', 'before', ...NAMED], { cwd: root, env: platform.env })
  const { exitCode, stdout } = await uploader(['verify', 'app', 'after', ...NAMED, '--json'], {
    cwd: root,
    env: { ...platform.env, ...env },
  })
  expect(exitCode).toBe(3)
  return JSON.parse(stdout) as Verdict
}

/** Each file before and after, and the reasons that explain it. */
const cases: Record<string, [before: string, after: string, ...reasons: string[]]> = {
  'line-endings.txt': ['a\nb\n', 'a\r\nb\r\n', 'line-endings'],
  'dates.txt': ['built 2026-11-27T06:00:00.123Z', 'built 2026-11-28T07:10:59.001Z', 'time-stamps'],
  'long-dates.txt': ['Fri, 27 Nov 2026 06:00:00 GMT', 'Sat, 28 Nov 2026 09:01:02 GMT', 'time-stamps'],
  'milliseconds.txt': ['v=1764223200123', 'v=1795759200999', 'time-stamps'],
  'paths.txt': ['at "/home/me/project/src/a.ts"', 'at "/builds/team/project/src/a.ts"', 'absolute-paths'],
  'paths-of-windows.txt': [String.raw`at 'C:\work\a.ts'`, `at '/home/me/a.ts'`, 'absolute-paths'],
  'versions.txt': ['/* vite v8.3.1 */', '/* vite v8.3.8 */', 'versions'],
  'bundled.js': ['const a=1;console.log(a.b,"x")', "//#region main\nconst value = 1\nconsole.log(value.b, 'x')\n", 'versions'],
  'swapped.js': ['const a=1,b=2;f(a,b)', 'const a=1,b=2;f(b,a)'],
  'another-property.js': ['a.b()', 'a.c()'],
  'another-global.js': ['fetch(1)', 'close(1)'],
  'two.txt': ['a 1.2.3\n', 'a 1.2.4\r\n', 'line-endings', 'versions'],
  'another.txt': ['one', 'two'],
  'date-and-another.txt': ['one 2026-11-27', 'two 2026-11-28'],
  'no-text.bin': ['\0 2026-11-27', '\0 2026-11-28'],
}

test('verify names the usual reasons, for each file that they explain wholly', async () => {
  const entries = Object.entries(cases)
  const verdict = await verdictOn(
    { ...Object.fromEntries(entries.map(([name, [before]]) => [name, before])), 'named-AbCdEf12.js': 'on 2026-11-27' },
    { ...Object.fromEntries(entries.map(([name, [, after]]) => [name, after])), 'named-ZyXwVu98.js': 'on 2026-11-28' },
  )
  expect(verdict).toMatchObject({ same: false, fields: [] })
  const found = (name: string): string[] => verdict.reasons.filter(({ files }) => files.includes(`app/${name}`)).map(({ code }) => code)
  expect(Object.fromEntries(Object.keys(cases).map((name) => [name, found(name)]))).toEqual(
    Object.fromEntries(entries.map(([name, [, , ...reasons]]) => [name, reasons])),
  )
  expect(found('named-ZyXwVu98.js')).toEqual(['time-stamps'])
  expect(verdict.files).toHaveLength(entries.length + 2)
})

test('verify names the times of entries, if all else is the same', async () => {
  expect(await verdictOn({}, {}, { SOURCE_DATE_EPOCH: '1700000000' })).toMatchObject({
    same: false,
    files: [],
    fields: [],
    reasons: [{ code: 'entry-times', files: [] }],
  })
})

/** A project whose config says in every way where to publish, and that it must. */
async function projectOf(main: string, apiUrl: string): Promise<string> {
  return createProject({
    'package.json': '{ "name": "app", "version": "1.0.0", "type": "module" }',
    'main.js': main,
    'vite.config.js': `import { bytenite } from 'vite-plugin-bytenite'
      export default { define: { NOW: JSON.stringify(String(process.hrtime.bigint())) },
        plugins: [bytenite({ entry: 'main.js', apiUrl: '${apiUrl}', publish: true, manifest: { description: 'of the config' } })] }\n`,
  })
}

test('verify builds twice by the project, publishes nothing, and compares what its plugin packs', async () => {
  const platform = await startPlatform()
  const root = await projectOf('console.log(1)\n', platform.apiUrl)
  const build = ['--', 'vite', 'build']
  const missing = await uploader(['verify', 'app', ...build], { cwd: root, env: platform.env })
  expect(missing.exitCode).toBe(6)
  expect(await platform.uploads()).toEqual([])
  expect(await startProgram('node', ['node_modules/vite/bin/vite.js', 'build'], { cwd: root, env: platform.env }).end()).toMatchObject({
    exitCode: 0,
  })
  const temporary = await temporaryDirectory()
  const same = await uploader(['verify', 'app@1.0', ...build], { cwd: root, env: { ...platform.env, TMPDIR: temporary } })
  expect(same.exitCode, same.stdout + same.stderr).toBe(0)
  expect(same.stdout).toMatch(/\ntwo builds of the same source are the same\nthe same: app@1\.0, revision 1 is exactly this \(sha256 /)
  expect(await readdir(temporary)).toEqual([])
  // Built by somebody else's command, and packed without what only the config says.
  const plain = await uploader(['verify', 'app', 'dist', '--manifest.entrypoint', 'main.js'], { cwd: root, env: platform.env })
  expect(plain).toMatchObject({
    exitCode: 3,
    stdout: expect.stringContaining('removed from manifest.json: description "of the config"') as string,
  })
  expect(await platform.uploads()).toEqual(['app@1.0'])
})

test('two builds that differ are not the same, whatever is published, and the file is named', async () => {
  const platform = await startPlatform()
  const root = await projectOf('console.log(NOW)\n', platform.apiUrl)
  await startProgram('node', ['node_modules/vite/bin/vite.js', 'build'], { cwd: root, env: platform.env }).end()
  const { exitCode, stdout } = await uploader(['verify', 'app', '--json', '--', 'vite', 'build'], { cwd: root, env: platform.env })
  expect(exitCode).toBe(3)
  const verdict = JSON.parse(stdout) as Verdict & { builds: Verdict }
  expect(verdict.builds).toMatchObject({ same: false, files: [{ path: 'app/main.js', kind: 'changed' }] })
})

test('a build that fails is an error of its own, and one that is interrupted leaves nothing', async () => {
  const platform = await startPlatform()
  const root = await temporaryDirectory()
  await writeFiles(root, { 'dist/main.js': '', 'wait.mjs': `console.log('waiting ' + process.pid)\nsetInterval(() => {}, 1000)\n` })
  const env = { ...platform.env, TMPDIR: await temporaryDirectory() }
  const failing = await uploader(['verify', 'app', 'dist', ...NAMED, '--', 'node', '-e', 'process.exit(7)'], { cwd: root, env })
  expect(failing).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining('[BUILD_FAILED] The build failed with exit code 7') as string,
  })
  const program = startProgram(process.execPath, [uploaderBin, 'verify', 'app', 'dist', ...NAMED, '--', 'node', 'wait.mjs'], {
    cwd: root,
    env,
  })
  await program.waitForOutput(/waiting \d+/)
  program.kill('SIGTERM')
  expect(await program.end()).toMatchObject({ signal: 'SIGTERM' })
  const pid = Number(/waiting (\d+)/.exec(program.output())?.[1])
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  expect(await readdir(env.TMPDIR)).toEqual([])
})

test('an archive that is larger than wanted is compared by its size and the fields of the record', async () => {
  const platform = await startPlatform()
  const root = await temporaryDirectory()
  await writeFiles(root, { 'dist/main.js': 'x'.repeat(5000) })
  await uploader(['publish', 'dist', ...NAMED], { cwd: root, env: platform.env })
  await writeFiles(root, { 'dist/main.js': 'y' })
  const other = [...NAMED, '--manifest.deviceRequirements.minCpu', '4']
  const { stdout } = await uploader(['diff', 'app', 'dist', ...other, '--maxDownload', '1000', '--json'], { cwd: root, env: platform.env })
  expect(JSON.parse(stdout)).toMatchObject({
    same: false,
    files: null,
    fields: [{ field: 'device_requirements.min_cpu', before: '2', after: '4' }],
    before: { files: null, size: expect.any(Number) as number },
  })
})

test('diff: true of a plugin says what is replaced', async () => {
  const platform = await startPlatform()
  const root = await createProject({
    'package.json': '{ "name": "app", "version": "1.0.0", "type": "module" }',
    'main.js': 'console.log(1)\n',
    'rollup.config.js': `import { bytenite } from 'rollup-plugin-bytenite'
      export default { input: 'main.js', output: { dir: 'dist' }, plugins: [bytenite({ diff: true })] }\n`,
  })
  const build = () => startProgram('node', ['node_modules/rollup/dist/bin/rollup', '-c'], { cwd: root, env: platform.env }).end()
  expect((await build()).exitCode).toBe(0)
  await writeFiles(root, { 'main.js': 'console.log(1)\nconsole.log(2)\n' })
  const { exitCode, stderr } = await build()
  expect(exitCode, stderr).toBe(0)
  expect(stderr).toMatch(
    /replaced another archive of app@1\.0.*\n.* {2}changed app\/main\.js \(16 B → 32 B, \+1 line\)\n.* {2}total: 1 changed, 0 added, 0 removed/,
  )
  expect(await readdir(join(root, 'dist'))).toEqual(['bytenite.app.json', 'main.js'])
})
