import { expect, test } from 'vitest'
import { saveUntil } from '../helpers/save-until.ts'
import { waitFor } from '../helpers/wait-for.ts'
import type { MatrixContext } from './context.ts'
import { stop, watch } from './watch-tests.ts'

interface EnvironmentsCase {
  name: string
  /** The config's `builder`. @default '{}' */
  builder?: string | undefined
  options?: string
  /** Plugins before the one under test. */
  before?: string
  /** What is run. @default 'vite build' */
  command?: string[]
  /** Files of the archive, or what is on screen when nothing is published. */
  expected: string[] | RegExp
  exitCode?: number
}

const all = ['client/client.js', 'edge/edge.js', 'server/server.js']

const edgeThrower = `{ name: 'thrower', generateBundle() {
  if (this.environment.name === 'edge') throw new Error('thrown on purpose')
} }`

const buildEach = `for (const environment of Object.values(builder.environments)) await builder.build(environment)`
const buildAll = `await Promise.all(Object.values(builder.environments).map((environment) => builder.build(environment)))`
const buildSettled = buildAll.replace('Promise.all(', 'Promise.allSettled(')
const buildSome = `await builder.build(builder.environments.client); await builder.build(builder.environments.ssr)`

const buildWithin = `if (globalThis.isNested) return
  globalThis.isNested = true
  ${buildEach}
  await builder.buildApp()`

const cases: EnvironmentsCase[] = [
  { name: 'vite build', expected: all },
  { name: 'vite build --app', builder: undefined, command: ['vite', 'build', '--app'], expected: all },
  { name: 'buildApp() of createBuilder()', command: ['node', 'build.js'], expected: all },
  { name: 'a custom buildApp', builder: `{ async buildApp(builder) { ${buildEach} } }`, expected: all },
  { name: 'a parallel buildApp', builder: `{ async buildApp(builder) { ${buildAll} } }`, expected: all },
  { name: 'a buildApp within a buildApp', builder: `{ async buildApp(builder) { ${buildWithin} } }`, expected: all },
  {
    name: 'a buildApp that builds some of them',
    builder: `{ async buildApp(builder) { ${buildSome} } }`,
    expected: ['client/client.js', 'server/server.js'],
  },
  { name: 'shared plugins', builder: `{ sharedPlugins: true, sharedConfigBuild: true }`, expected: all },
  { name: "environments: ['ssr']", options: `environments: ['ssr'], manifest: { entrypoint: 'server.js' }`, expected: ['server.js'] },
  {
    name: 'an environment that does not exist is chosen',
    options: `environments: ['srr']`,
    expected: /names "srr"; this project has client, ssr, edge/,
    exitCode: 1,
  },
  { name: 'one fails', before: edgeThrower, expected: /thrown on purpose/, exitCode: 1 },
  {
    name: 'one fails, others are built in parallel',
    before: edgeThrower,
    builder: `{ async buildApp(builder) { ${buildAll} } }`,
    expected: /thrown on purpose/,
    exitCode: 1,
  },
  {
    name: 'one fails, and buildApp hides it',
    before: edgeThrower,
    builder: `{ async buildApp(builder) { ${buildSettled} } }`,
    expected: /not published: in the environment "edge", /,
    exitCode: 0,
  },
]

const environment = (name: string): string =>
  `{ build: { outDir: 'dist/${name}', emptyOutDir: true, rollupOptions: { input: 'src/${name}.js', output: { entryFileNames: '[name].js' } } } }`

/** Several environments, built as one app: published once, after all of them. */
export function testEnvironments(context: MatrixContext): void {
  test('environments: vite build --watch', async () => {
    const project = await context.create({
      'src/client.js': `console.log('client')\n`,
      'src/server.js': `console.log('server')\n`,
      'vite.config.js': `import { bytenite } from 'vite-plugin-bytenite'
        export default {
          plugins: [bytenite({ watch: true, manifest: { entrypoint: 'server/server.js' } })],
          builder: {},
          environments: { client: ${environment('client')}, ssr: ${environment('server')} },
        }`,
    })
    const uploads = (): Promise<number> => context.countUploads(project)
    const watcher = watch(context, project)
    await waitFor('the first upload', uploads, { details: watcher.output })
    const source = { root: project.root, path: 'src/client.js', content: `console.log('rebuilt')\n` }
    await saveUntil('the second upload', async () => (await uploads()) === 2, source)
    await stop(watcher)
    const arrived = await context.platform().extractApp({ name: project.app, version: '1.0' })
    expect(Object.keys(arrived).toSorted()).toEqual(['app/client/client.js', 'app/server/server.js'])
    expect(String(arrived['app/client/client.js'])).toContain('rebuilt')
  })

  for (const {
    name,
    builder = '{}',
    options = `manifest: { entrypoint: 'server/server.js' }`,
    before = '',
    command = ['vite', 'build'],
    expected,
    exitCode = 0,
  } of cases) {
    test(`environments: ${name}`, async () => {
      const project = await context.create({
        'src/client.js': `console.log('client')\n`,
        'src/server.js': `console.log('server')\n`,
        'src/edge.js': `console.log('edge')\n`,
        'build.js': `import { createBuilder } from 'vite'\nawait (await createBuilder()).buildApp()\n`,
        'vite.config.js': `import { bytenite } from 'vite-plugin-bytenite'
          export default {
            plugins: [${before && `${before}, `}bytenite({ record: 'record.json', ${options} })],
            ${command.includes('--app') ? '' : `builder: ${builder},`}
            environments: { client: ${environment('client')}, ssr: ${environment('server')}, edge: ${environment('edge')} },
          }`,
      })
      const [program = '', ...parameters] = command
      const output = await project.exec(program, ...parameters)
      const shown = output.stdout + output.stderr
      expect(output.exitCode, shown).toBe(exitCode)
      if (expected instanceof RegExp) {
        expect(shown).toMatch(expected)
        expect(await context.countUploads(project)).toBe(0)
        return
      }
      expect(await context.countUploads(project), shown).toBe(1)
      const arrived = await context.platform().extractApp({ name: project.app, version: '1.0' })
      expect(Object.keys(arrived).toSorted()).toEqual(expected.map((path) => `app/${path}`))
    })
  }
}
