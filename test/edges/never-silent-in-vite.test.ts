import { describe, expect, test } from 'vitest'
import { startPlatform, type TestPlatform } from '../helpers/platform.ts'
import { run, type Ending } from '../helpers/process.ts'
import { vite } from '../helpers/programs.ts'
import { createProject, readRecord } from '../helpers/project.ts'

// A build that ends without a publish says so, and why.

interface Config {
  before?: string
  options?: string
  /** More of the config. */
  more?: string
}

const environment = (name: string): string =>
  `{ build: { outDir: 'dist/${name}', emptyOutDir: true, rollupOptions: { input: 'src/${name}.js', output: { entryFileNames: '[name].js' } } } }`

const severalEnvironments = `environments: { client: ${environment('client')}, ssr: ${environment('server')} },`

async function build({ env }: TestPlatform, { before = '', options = '', more = '' }: Config): Promise<Ending & { root: string }> {
  const root = await createProject({
    'package.json': '{ "name": "vite-app", "version": "1.0.0", "type": "module" }',
    'src/client.js': 'console.log(1)\n',
    'src/server.js': 'console.log(2)\n',
    'vite.config.js': `import { rmSync } from 'node:fs'
      import { bytenite } from 'vite-plugin-bytenite'
      export default { plugins: [${before && `${before}, `}bytenite({ ${options} })], ${more} }`,
  })
  return { ...(await run('node', [vite, 'build'], { cwd: root, env })), root }
}

function linesOf({ stdout, stderr }: Ending): string[] {
  return `${stdout}\n${stderr}`.split('\n').filter((line) => line.includes('not published'))
}

const ssr = `build: { ssr: 'src/server.js', outDir: 'dist' }`

describe('process.exit() in closeBundle of another plugin', () => {
  const exits = `{ name: 'exits', closeBundle() { process.exit() } }`
  const line = /^\[bytenite\] not published: process\.exit\(\) was called before the bundle was closed: /

  test.each([
    ['in one build', {}, ssr, 0],
    ['with publish: true', { options: 'publish: true' }, ssr, 1],
    ['although messages are hidden', { options: 'publish: true' }, `${ssr}, logLevel: 'warn'`, 1],
    ['in the first of several environments', { options: 'publish: true' }, `builder: {}, ${severalEnvironments}`, 1],
  ])('%s', async (_, config, more, exitCode) => {
    const platform = await startPlatform()
    const ending = await build(platform, { ...config, before: exits, more })
    expect(linesOf(ending), ending.stdout + ending.stderr).toEqual([expect.stringMatching(line)])
    expect(ending.exitCode).toBe(exitCode)
    expect(await platform.uploads()).toEqual([])
  })
})

test('an app build that is ended by process.exit() says that it waited for more', async () => {
  const platform = await startPlatform()
  const more = `${severalEnvironments} builder: { async buildApp(builder) { await builder.build(builder.environments.client); process.exit() } }`
  const ending = await build(platform, { options: 'publish: true', more })
  expect(linesOf(ending)).toEqual(['[bytenite] not published: process.exit() was called before all builds of the app had ended'])
  expect(ending.exitCode).toBe(1)
})

test.each([
  [
    'in a plugin',
    `{ name: 'framework', buildApp: { order: 'pre', handler: nested } }`,
    '{}',
    'await buildEach(builder); await builder.buildApp()',
  ],
  ['in the config', '', '{ buildApp: nested }', 'await buildEach(builder); await builder.buildApp()'],
  ['before the rest is built', '', '{ buildApp: nested }', 'await builder.buildApp(); await builder.build(builder.environments.ssr)'],
  ['of another builder', '', '{ buildApp: nested }', 'await buildEach(builder); await (await createBuilder(again)).buildApp()'],
])('an app build within an app build, %s, is published once, with all that was built', async (_, before, builder, steps) => {
  const platform = await startPlatform()
  const root = await createProject({
    'package.json': '{ "name": "vite-app", "version": "1.0.0", "type": "module" }',
    'src/client.js': 'console.log(1)\n',
    'src/server.js': 'console.log(2)\n',
    'build.js': `import { createBuilder } from 'vite'
      import { bytenite } from 'vite-plugin-bytenite'
      let isNested = false
      const buildEach = async (builder) => {
        for (const environment of Object.values(builder.environments)) await builder.build(environment)
      }
      const nested = async (builder) => {
        if (isNested) return builder.build(builder.environments.client)
        isNested = true
        ${steps}
      }
      const own = bytenite({ record: 'record.json', manifest: { entrypoint: 'server/server.js' } })
      const config = (options) => ({ plugins: [${before && `${before}, `}own], builder: options, ${severalEnvironments} })
      const again = config({})
      await (await createBuilder(config(${builder}))).buildApp()`,
  })
  const { exitCode, stdout, stderr } = await run('node', ['build.js'], { cwd: root, env: platform.env })
  expect(exitCode, stdout + stderr).toBe(0)
  expect(await platform.uploads(), stdout + stderr).toEqual(['vite-app@1.0'])
  const app = await platform.extractApp(await readRecord(root, 'record.json'))
  expect(Object.keys(app).toSorted()).toEqual(['app/client/client.js', 'app/server/server.js'])
})

test('an app build after one that failed begins afresh', async () => {
  const platform = await startPlatform()
  const root = await createProject({
    'package.json': '{ "name": "vite-app", "version": "1.0.0", "type": "module" }',
    'src/client.js': 'console.log(1)\n',
    'src/server.js': 'console.log(2)\n',
    'build.js': `import { createBuilder } from 'vite'
      import { bytenite } from 'vite-plugin-bytenite'
      let hasFailed = false
      const fails = { name: 'fails', renderChunk() { if (!hasFailed) { hasFailed = true; throw new Error('on purpose') } } }
      const own = bytenite({ record: 'record.json', manifest: { entrypoint: 'server/server.js' } })
      const build = async () => (await createBuilder({ plugins: [fails, own], logLevel: 'warn', builder: {}, ${severalEnvironments} })).buildApp()
      await build().catch((error) => console.log(error.message))
      await build()`,
  })
  const { exitCode, stdout, stderr } = await run('node', ['build.js'], { cwd: root, env: platform.env })
  expect(exitCode, stdout + stderr).toBe(0)
  expect(stdout).toContain('on purpose')
  expect(await platform.uploads()).toEqual(['vite-app@1.0'])
})

test('an environment whose output is removed again is left out', async () => {
  const platform = await startPlatform()
  const removes = `{ name: 'spa', closeBundle() { if (this.environment.name === 'ssr') rmSync('dist/server', { recursive: true }) } }`
  const options = `manifest: { entrypoint: 'client.js' }`
  const { root, stdout, stderr, exitCode } = await build(platform, {
    before: removes,
    options,
    more: `builder: {}, ${severalEnvironments}`,
  })
  expect(exitCode, stdout + stderr).toBe(0)
  expect(stdout).toContain('[bytenite] left out dist/server: it was removed after it had been written\n')
  expect(Object.keys(await platform.extractApp(await readRecord(root, 'dist/client/bytenite.app.json')))).toEqual(['app/client.js'])
})

test.each([
  [
    'with publish: true',
    `publish: true`,
    ['[bytenite] not published: there is no output (dist: it was removed after it had been written)'],
  ],
  ['unless publishing was not demanded', '', []],
])('the reason is shown although messages are hidden, %s', async (_, options, lines) => {
  const platform = await startPlatform()
  const removes = `{ name: 'removes', closeBundle() { rmSync('dist', { recursive: true }) } }`
  const ending = await build(platform, { before: removes, options, more: `${ssr}, logLevel: 'warn'` })
  expect(linesOf(ending)).toEqual(lines)
})

test('two builds of one plugin at once are published once', async () => {
  const platform = await startPlatform()
  const root = await createProject({
    'package.json': '{ "name": "vite-app", "version": "1.0.0", "type": "module" }',
    'src/a.js': 'console.log("a")\n',
    'src/b.js': 'console.log("b")\n',
    'build.js': `import { build } from 'vite'
      import { bytenite } from 'vite-plugin-bytenite'
      for (const round of [1, 2, 3, 4, 5]) {
        const plugin = bytenite({ record: 'record.json', manifest: { name: 'app-' + round, entrypoint: 'a/a.js' } })
        const one = (name) => build({ configFile: false, plugins: [plugin], build: { ssr: 'src/' + name + '.js', outDir: 'dist/' + name } })
        await Promise.all([one('a'), one('b')])
      }`,
  })
  const { exitCode, stdout, stderr } = await run('node', ['build.js'], { cwd: root, env: platform.env })
  expect(exitCode, stdout + stderr).toBe(0)
  expect(await platform.uploads()).toEqual([1, 2, 3, 4, 5].map((round) => `app-${round}@1.0`))
  expect(Object.keys(await platform.extractApp(await readRecord(root, 'record.json'))).toSorted()).toEqual(['app/a/a.js', 'app/b/b.js'])
})
