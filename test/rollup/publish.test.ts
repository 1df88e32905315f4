import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { run, runSuccessfully } from '../helpers/process.ts'
import { rollup } from '../helpers/programs.ts'
import { createProject, readFiles, readRecord, writeFiles, type Files } from '../helpers/project.ts'
import { responseJson, serveStub } from '../helpers/stub-platform.ts'

const bytenite = `bytenite({ manifest: { platformConfig: { container: 'node:22-slim' } } })`

/** A Rollup project whose config has these properties. */
function rollupProject(config: string, files: Files = {}): Promise<string> {
  return createProject({
    'package.json': '{ "name": "rollup-app", "version": "2.3.4", "type": "module" }',
    'src/main.js': 'console.log(1)\n',
    'rollup.config.js': `import { bytenite } from 'rollup-plugin-bytenite'\nexport default ${config}\n`,
    // A naive upload would take this; the record of an earlier publish would be believed.
    'dist/stale.js': 'stale',
    ...files,
  })
}

test('rollup -c publishes what it wrote, after every other plugin, and says so', async () => {
  const platform = await startPlatform()
  const root = await rollupProject(`{
    input: 'src/main.js',
    output: { dir: 'dist', format: 'es' },
    plugins: [${bytenite}, { name: 'slow', async closeBundle() {
      const { setTimeout } = await import('node:timers/promises')
      await setTimeout(300)
      const { writeFile } = await import('node:fs/promises')
      await writeFile('dist/late.txt', 'written last')
    } }],
  }`)
  const output = await runSuccessfully('node', rollup, { cwd: root, env: platform.env })
  expect(output).toMatch(/packed rollup-app@2\.3 \(3 files, [\d.]+ kB\)/)
  expect(output).toMatch(/published rollup-app@2\.3 \(revision 1, inactive, sha256 [0-9a-f]{64}, [\d.]+ s\)/)
  expect(output).toContain('record in dist/bytenite.app.json')
  expect(output).not.toContain(platform.apiKey)

  const record = await readRecord(root)
  expect(record).toMatchObject({ name: 'rollup-app', version: '2.3', entrypoint: 'main.js' })
  const app = await platform.extractApp(record)
  const { 'bytenite.app.json': __, ...dist } = await readFiles(join(root, 'dist'))
  expect(app).toEqual(Object.fromEntries(Object.entries(dist).map(([path, bytes]) => [`app/${path}`, bytes])))
  expect(app['app/late.txt']?.toString()).toBe('written last')
  expect(await platform.uploads()).toEqual(['rollup-app@2.3'])
})

test.each([
  ['output.file', `output: { file: 'dist/start.mjs', format: 'es' }`, 'start.mjs', ['app/stale.js', 'app/start.mjs']],
  [
    'two outputs in one directory',
    `output: [{ file: 'dist/main.mjs', format: 'es' }, { file: 'dist/main.cjs', format: 'cjs' }]`,
    'main.mjs',
    ['app/main.cjs', 'app/main.mjs', 'app/stale.js'],
  ],
  [
    'two directories',
    `output: [{ dir: 'dist/es', format: 'es' }, { dir: 'dist/cjs', format: 'cjs' }]`,
    'es/main.js',
    ['app/cjs/main.js', 'app/es/main.js'],
  ],
])('%s is published once', async (_, output, entrypoint, files) => {
  const platform = await startPlatform()
  const root = await rollupProject(
    `{ input: 'src/main.js', ${output}, plugins: [bytenite({ record: 'record.json', manifest: { entrypoint: '${entrypoint}' } })] }`,
  )
  await runSuccessfully('node', rollup, { cwd: root, env: platform.env })
  const record = await readRecord(root, 'record.json')
  expect(record.entrypoint).toBe(entrypoint)
  expect(Object.keys(await platform.extractApp(record)).toSorted()).toEqual(files)
  expect(await platform.uploads()).toEqual(['rollup-app@2.3'])
})

/** Lets the first output be written before the second one fails. */
const secondThrower = `{ name: 'thrower', async writeBundle({ format }) {
  if (format !== 'cjs') return
  const { existsSync } = await import('node:fs')
  const { setTimeout } = await import('node:timers/promises')
  while (!existsSync('dist/main.js')) await setTimeout(10)
  throw new Error('thrown on purpose')
} }`

const thrower = (hook: string): string => `{ name: 'thrower', ${hook}() { throw new Error('thrown on purpose') } }`

// A hook of each phase; the matrix has them all.
test.each([
  ...['transform', 'renderChunk', 'writeBundle', 'closeBundle'].map((hook) => [
    `another plugin fails in ${hook}`,
    `plugins: [${thrower(hook)}, ${bytenite}]`,
    'thrown on purpose',
  ]),
  [
    'the second of two outputs fails',
    `plugins: [${secondThrower}, ${bytenite}], output: [{ dir: 'dist' }, { dir: 'dist/cjs', format: 'cjs' }]`,
    'thrown on purpose',
  ],
  ['an import cannot be resolved', `plugins: [${bytenite}], input: 'src/unresolved.js'`, 'Could not resolve'],
  [
    'a log handler throws',
    `plugins: [${bytenite}], input: 'src/warns.js', onwarn() { throw new Error('thrown on purpose') }`,
    'thrown on purpose',
  ],
])('nothing is published when %s', async (_, config, message) => {
  const platform = await startPlatform()
  const root = await rollupProject(`{ input: 'src/main.js', output: { dir: 'dist' }, ${config} }`, {
    'src/unresolved.js': `import './missing.js'`,
    'src/warns.js': `export default eval('1')`,
  })
  const { exitCode, stdout, stderr } = await run('node', rollup, { cwd: root, env: { ...platform.env, BYTENITE_PUBLISH: 'true' } })
  expect(exitCode).toBe(1)
  expect(stdout + stderr).toContain(message)
  expect(stdout + stderr).not.toMatch(/packed|published rollup-app/)
  expect(await platform.uploads()).toEqual([])
})

test.each([
  ['only generates', 'await bundle.generate({})', []],
  ['generates and then writes', `await bundle.generate({}); await bundle.write({ dir: 'dist' })`, ['rollup-app@2.3']],
  ['never closes the bundle', `await bundle.write({ dir: 'dist' }); process.exit(0)`, []],
])('a script that %s is counted right', async (_, steps, uploads) => {
  const platform = await startPlatform()
  const root = await rollupProject('{}', {
    'build.js': `import { rollup } from 'rollup'
      import { bytenite } from 'rollup-plugin-bytenite'
      const bundle = await rollup({ input: 'src/main.js', plugins: [${bytenite}] })
      ${steps}
      await bundle.close()`,
  })
  await runSuccessfully('node', ['build.js'], { cwd: root, env: platform.env })
  expect(await platform.uploads()).toEqual(uploads)
})

test.each([
  ['no credentials are found', {}, 'not published: no credentials: neither BYTENITE_API_KEY nor BYTENITE_ACCESS_TOKEN is set'],
  ['publishing is switched off', { BYTENITE_API_KEY: 'x', BYTENITE_PUBLISH: 'false' }, 'not published: publishing is switched off'],
  [
    'it is a pull request build',
    { BYTENITE_API_KEY: 'x', CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'pull_request' },
    'not published: pull request builds only pack',
  ],
])('the output is only packed, and an old record removed, when %s', async (_, env, message) => {
  const root = await rollupProject(`{ input: 'src/main.js', output: { dir: 'dist' }, plugins: [${bytenite}] }`, {
    'dist/bytenite.app.json': '{"name":"stale"}',
  })
  const output = await runSuccessfully('node', rollup, { cwd: root, env })
  expect(output).toContain(message)
  expect(output).toMatch(/packed rollup-app@2\.3/)
  expect(Object.keys(await readFiles(join(root, 'dist')))).toEqual(['main.js', 'stale.js'])
})

test('under Vitest nothing is done, whatever the setting', async () => {
  const root = await rollupProject(`{ input: 'src/main.js', output: { dir: 'dist' }, plugins: [bytenite({ publish: true })] }`)
  const output = await runSuccessfully('node', rollup, { cwd: root, env: { BYTENITE_API_KEY: 'x', VITEST: 'true' } })
  expect(output).toContain('not published: this runs under Vitest')
  expect(output).not.toContain('packed')
})

test('a job on GitHub gets an annotation when credentials are missing', async () => {
  const root = await rollupProject(`{ input: 'src/main.js', output: { dir: 'dist' }, plugins: [${bytenite}] }`)
  const env = { CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'push' }
  const output = await runSuccessfully('node', rollup, { cwd: root, env, warnings: /^::warning title=ByteNite::/ })
  expect(output).toMatch(/^::warning title=ByteNite::Not published to ByteNite: no credentials.*$/m)
})

test.each([
  ['missing credentials', { BYTENITE_PUBLISH: 'true' }, 'NO_CREDENTIALS'],
  ['a refused key', { BYTENITE_API_KEY: 'wrong' }, 'UNAUTHORIZED'],
  ['a setting that does not exist', { BYTENITE_PUBLISH: 'yes' }, 'INVALID_OPTION'],
])('%s fails the build, with the code and the message last', async (_, env, code) => {
  const platform = await startPlatform()
  const root = await rollupProject(`{ input: 'src/main.js', output: { dir: 'dist' }, plugins: [${bytenite}] }`)
  const { exitCode, stderr } = await run('node', rollup, { cwd: root, env: { BYTENITE_API_URL: platform.apiUrl, ...env } })
  expect(exitCode).toBe(1)
  expect(stderr.trim()).toMatch(new RegExp(`\\(plugin rollup-plugin-bytenite\\) ByteNiteError: \\[${code}\\] [^]*$`))
  expect(stderr).not.toMatch(/^\s+at /m)
  expect(await platform.uploads()).toEqual([])
})

test('a secret in the output is skipped, with a visible warning', async () => {
  const platform = await startPlatform()
  const root = await rollupProject(`{ input: 'src/main.js', output: { dir: 'dist' }, plugins: [${bytenite}] }`)
  await writeFiles(root, { 'dist/.env': 'TOKEN=x' })
  const output = await runSuccessfully('node', rollup, { cwd: root, env: platform.env, warnings: /\.env/ })
  expect(output).toMatch(/warning: Skipped files that look like secrets: \.env\./)
})

test.each([
  ['does not publish without the option', '', []],
  ['that is closed lets a publish end', 'watch: true', ['rollup-app@2.3']],
])('a watcher %s', async (_, options, uploads) => {
  const platform = await startPlatform()
  const root = await rollupProject(`{ input: 'src/main.js', output: { dir: 'dist' }, plugins: [bytenite({ ${options} })] }`, {
    'watch.js': `import { watch } from 'rollup'
      import config from './rollup.config.js'
      const watcher = watch(config)
      watcher.on('event', async (event) => {
        if (event.result) await event.result.close()
        if (event.code !== 'END') return
        await watcher.close()
        process.exit()
      })`,
  })
  await runSuccessfully('node', ['watch.js'], { cwd: root, env: platform.env })
  expect(await platform.uploads()).toEqual(uploads)
})

test('the summary says what was replaced, activated and made', async () => {
  const platform = await startPlatform()
  const plugin = `plugins: [bytenite({ activate: true, template: { description: 'd' } })]`
  const root = await rollupProject(`{ input: 'src/main.js', output: { dir: 'dist' }, ${plugin} }`)
  const build = (): Promise<string> => runSuccessfully('node', rollup, { cwd: root, env: platform.env })
  const first = await build()
  expect(first).toMatch(/published rollup-app@2\.3 \(revision 1, active, sha256 [0-9a-f]{64}, [\d.]+ s\)\n/)
  expect(first).toContain('job template rollup-app-template created')
  expect(first).not.toMatch(/replaced|next:|not verified/)
  expect(await readRecord(root)).toMatchObject({ status: 'active' })

  expect(await build()).toMatch(
    /up to date rollup-app@2\.3 \(revision 1, active, [\d.]+ s\): the platform already has this archive, so nothing was sent\n/,
  )

  await writeFiles(root, { 'src/main.js': 'console.log(2)\n' })
  const third = await build()
  expect(third).toMatch(/published rollup-app@2\.3 \(revision 2, active, /)
  expect(third).toContain('replaced another archive of rollup-app@2.3 (revision 1, active)')
  expect(third).toContain('job template rollup-app-template unchanged')
  expect(await platform.uploads()).toEqual(['rollup-app@2.3', 'rollup-app@2.3'])
})

test('a response without a hash is not called verified', async () => {
  const apiUrl = await serveStub(responseJson(200, { name: 'rollup-app', version: '2.3' }))
  const root = await rollupProject(`{ input: 'src/main.js', output: { dir: 'dist' }, plugins: [${bytenite}] }`)
  const output = await runSuccessfully('node', rollup, {
    cwd: root,
    env: { BYTENITE_API_URL: apiUrl, BYTENITE_ACCESS_TOKEN: 'some-token' },
  })
  expect(output).toMatch(
    /published rollup-app@2\.3 \(sha256 [0-9a-f]{64}, [\d.]+ s\)\n.*not verified: the platform's response contains no hash/,
  )
})
