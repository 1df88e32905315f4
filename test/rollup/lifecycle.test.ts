import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findCode } from '../helpers/code-blocks.ts'
import { startPlatform, type TestPlatform } from '../helpers/platform.ts'
import { run, runSuccessfully } from '../helpers/process.ts'
import { rollup } from '../helpers/programs.ts'
import { createProject, readRecord, type Files } from '../helpers/project.ts'

// A third host beside Rollup's and Vite's, which knows nothing but the public entry.

/** Its root is `app`, its variables begin with `ACME_`, and its messages go to a file. `$host` adds to the host. */
const plugin = (host: string): string => `
  import { appendFileSync } from 'node:fs'
  import { join } from 'node:path'
  import { createLifecycle } from 'rollup-plugin-bytenite/lifecycle'

  export const root = join(import.meta.dirname, 'app')
  const env = { BYTENITE_API_URL: process.env.ACME_URL, BYTENITE_API_KEY: process.env.ACME_KEY }
  const log = (level) => (message) => appendFileSync(join(import.meta.dirname, 'acme.log'), level + ' ' + message + '\\n')
  const logger = { info: log('info'), warn: log('warn'), error: log('error') }
  const project = { root, env, logger, isQuiet: false, errorPrefix: '[acme] ' }

  export function acme(options) {
    const outcomes = []
    const { hooks, conclude } = createLifecycle('acme', options, { environment: () => project, ${host} })
    return { ...hooks, finish: () => conclude(outcomes, { meta: { watchMode: false } }) }
  }`

const gatherAll = `gather: (_name, outcome) => void outcomes.push(outcome),`
const gatherTwo = `gather: (_name, outcome) => (outcomes.push(outcome) === 2 ? outcomes : undefined),`

/** A script that builds both programs with one plugin. */
const buildBoth = `
  import { rollup } from 'rollup'
  import { acme, root } from './acme.js'
  const plugin = acme({ manifest: { entrypoint: 'a/a.js' } })
  for (const name of ['a', 'b']) {
    const bundle = await rollup({ input: root + '/src/' + name + '.js', plugins: [plugin] }).catch(() => undefined)
    await bundle?.write({ dir: root + '/dist/' + name })
    await bundle?.close()
  }
  await plugin.finish()`

function project(host: string, files: Files): Promise<string> {
  return createProject({
    'package.json': '{ "name": "not-this-one", "version": "9.9.9", "type": "module" }',
    'acme.js': plugin(host),
    'app/package.json': '{ "name": "acme-app", "version": "1.0.0", "type": "module" }',
    'app/src/a.js': 'console.log("a")\n',
    'app/src/b.js': 'console.log("b")\n',
    ...files,
  })
}

/** The host's own variables; the bundler's environment has none of ours. */
function variables({ apiUrl, apiKey }: TestPlatform): Record<string, string> {
  return { ACME_URL: apiUrl, ACME_KEY: apiKey }
}

test('a host with a root, variables and a logger of its own publishes what it gathered as one app', async () => {
  const platform = await startPlatform()
  const root = await project(gatherAll, { 'build.js': buildBoth })
  const output = await runSuccessfully('node', ['build.js'], { cwd: root, env: variables(platform) })
  expect(output.trim()).toBe('')
  const log = await readFile(join(root, 'acme.log'), 'utf8')
  expect(log).toMatch(
    /^info packed acme-app@1\.0 \(2 files, .*\ninfo named by app\/package\.json\ninfo published acme-app@1\.0 .*\ninfo record in dist\/a\/bytenite\.app\.json\n/m,
  )
  const app = await platform.extractApp(await readRecord(root, 'app/dist/a/bytenite.app.json'))
  expect(Object.keys(app).toSorted()).toEqual(['app/a/a.js', 'app/b/b.js'])
  expect(await platform.uploads()).toEqual(['acme-app@1.0'])
})

test('one failed build among those gathered publishes nothing', async () => {
  const platform = await startPlatform()
  const root = await project(gatherAll, { 'build.js': buildBoth, 'app/src/b.js': `import './missing.js'\n` })
  await runSuccessfully('node', ['build.js'], { cwd: root, env: variables(platform) })
  expect(await readFile(join(root, 'acme.log'), 'utf8')).toBe('info not published: the build failed\n')
  expect(await platform.uploads()).toEqual([])
})

/** An array of configs with one plugin. */
const arrayConfig = `
  import { acme, root } from './acme.js'
  const plugin = acme({ manifest: { entrypoint: 'a/a.js' } })
  export default ['a', 'b'].map((name) => ({
    input: root + '/src/' + name + '.js', output: { dir: root + '/dist/' + name }, plugins: [plugin],
  }))`

test('what gather returns is published within the last build, which a failed publish fails', async () => {
  const platform = await startPlatform()
  const root = await project(gatherTwo, { 'rollup.config.js': arrayConfig })
  const refused = await run('node', rollup, { cwd: root, env: { ...variables(platform), ACME_KEY: 'wrong' } })
  expect(refused.exitCode).toBe(1)
  expect(refused.stderr).toMatch(/\(plugin acme\) ByteNiteError: \[acme\] \[UNAUTHORIZED\] /)
  expect(await platform.uploads()).toEqual([])

  await runSuccessfully('node', rollup, { cwd: root, env: variables(platform) })
  expect(await platform.uploads()).toEqual(['acme-app@1.0'])
  const app = await platform.extractApp(await readRecord(root, 'app/dist/a/bytenite.app.json'))
  expect(Object.keys(app).toSorted()).toEqual(['app/a/a.js', 'app/b/b.js'])
})

test('an asset can be the entry, and the bundler tells the host its options', async () => {
  const platform = await startPlatform()
  const host = `entryAsset: 'main.py', onOptions: ({ logLevel }) => log('options')(logLevel),`
  const root = await project(host, {
    'rollup.config.js': `
      import { acme, root } from './acme.js'
      const python = { name: 'python', generateBundle(_options, bundle) {
        for (const name of Object.keys(bundle)) delete bundle[name]
        this.emitFile({ type: 'asset', fileName: 'main.py', source: 'print(1)' })
      } }
      export default { input: root + '/src/a.js', output: { dir: root + '/dist' }, plugins: [python, acme({})], logLevel: 'debug' }`,
  })
  await runSuccessfully('node', rollup, { cwd: root, env: variables(platform) })
  expect(await readFile(join(root, 'acme.log'), 'utf8')).toMatch(/^options debug\ninfo packed /)
  expect(await readRecord(root, 'app/dist/bytenite.app.json')).toMatchObject({ entrypoint: 'main.py' })
})

test('a build of a tool that reuses the config is neither packed nor published', async () => {
  const platform = await startPlatform()
  const root = await project(`environment: () => ({ ...project, reusedBy: 'Catalogue' }),`, { 'rollup.config.js': arrayConfig })
  await runSuccessfully('node', rollup, { cwd: root, env: variables(platform) })
  expect(await readFile(join(root, 'acme.log'), 'utf8')).toBe('info not published: this runs under Catalogue\n'.repeat(2))
  expect(await platform.uploads()).toEqual([])
})

test('the example in the README publishes two builds as one app', async () => {
  const platform = await startPlatform()
  const root = await createProject({
    'package.json': '{ "name": "example-app", "version": "1.0.0", "type": "module" }',
    'src/server.js': 'console.log("server")\n',
    'src/worker.js': 'console.log("worker")\n',
    'build.js': await findCode('packages/rollup/README.md', 'js', '// build.js'),
  })
  const output = await runSuccessfully('node', ['build.js'], { cwd: root, env: platform.env })
  expect(output).toMatch(/^packed example-app@1\.0 \(2 files, [^]*^published example-app@1\.0 /m)
  const app = await platform.extractApp(await readRecord(root, 'dist/bytenite.app.json'))
  expect(Object.keys(app).toSorted()).toEqual(['app/server.js', 'app/worker.js'])
})
