import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { run, runSuccessfully } from '../helpers/process.ts'
import { vite } from '../helpers/programs.ts'
import { createProject, readFiles, readRecord, writeFiles, type Files } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

/** A Vite project whose config has these properties; `$bytenite` stands for the plugin's call. */
function viteProject(config: string, files: Files = {}): Promise<string> {
  return createProject({
    'package.json': '{ "name": "vite-app", "version": "1.0.0", "type": "module" }',
    'src/main.ts': `import { sep } from 'node:path'
      import { shout } from './shout'
      const text: string = 'hello'
      console.log(shout(text), sep.length)
      import('./later').then(({ later }) => console.log(later))\n`,
    'src/shout.ts': 'export const shout = (text: string): string => text.toUpperCase()\n',
    'src/later.ts': `export const later = 'loaded later'\n`,
    'vite.config.ts': `import { bytenite } from 'vite-plugin-bytenite'\nexport default { ${config} }\n`,
    ...files,
  })
}

const preset = `plugins: [bytenite({ entry: 'src/main.ts' })]`

test('with an entry alone, the build is one file for Node that runs from an empty directory, and is published', async () => {
  const platform = await startPlatform()
  const root = await viteProject(preset, { 'public/never.txt': 'x' })
  const output = await runSuccessfully('node', [vite, 'build'], { cwd: root, env: platform.env })
  expect(output).toMatch(/\[bytenite\] packed vite-app@1\.0 \(3 files, /)
  expect(output).toMatch(/\[bytenite\] published vite-app@1\.0 \(revision 1, inactive, /)
  const record = await readRecord(root)
  expect(record).toMatchObject({ entrypoint: 'main.js', platformConfig: { container: 'node:22-slim' } })

  const arrived = await platform.extract(record)
  expect(Object.keys(arrived).toSorted()).toEqual(['app/main.js', 'app/main.js.map', 'app/package.json', 'manifest.json', 'template.json'])
  const empty = await temporaryDirectory()
  await writeFiles(empty, { 'app/main.js': arrived['app/main.js'] ?? '' })
  const executed = await runSuccessfully(join(empty, 'app/main.js'), [], { cwd: empty })
  expect(executed.trim().split('\n')).toEqual(['HELLO 1', 'loaded later'])
  expect(await runSuccessfully('node', ['app/main.js'], { cwd: empty })).toBe(executed)
})

test('dependencies are in the file, ES modules and CommonJS ones', async () => {
  const root = await viteProject(preset, {
    'src/main.ts': `import { pack } from 'tar-stream'
      import { x } from 'tinyexec'
      pack().entry({ name: 'a' }, 'x')
      console.log((await x('echo', ['both work'])).stdout)\n`,
  })
  await runSuccessfully('node', [vite, 'build'], { cwd: root })
  const empty = await temporaryDirectory()
  await writeFiles(empty, { 'main.js': await readFile(join(root, 'dist/main.js')) })
  expect((await runSuccessfully('node', ['main.js'], { cwd: empty })).trim()).toBe('both work')
})

test('the source map still leads to the source, below the first line', async () => {
  const root = await viteProject(preset, { 'src/main.ts': `const text: string = 'x'\n\nthrow new Error(text)\n` })
  await runSuccessfully('node', [vite, 'build'], { cwd: root })
  const { stderr } = await run('node', ['--enable-source-maps', 'dist/main.js'], { cwd: root })
  expect(stderr).toMatch(/src\/main\.ts:3:7/)
})

test.each([
  [
    'an entry with its own first line',
    {},
    { 'src/main.ts': '#!/usr/bin/env -S node --no-warnings\nconsole.log(1)\n' },
    /^#!\/usr\/bin\/env -S node --no-warnings\n[^#]/,
  ],
  ['a minified build', { config: 'build: { minify: true },' }, {}, /^#!\/usr\/bin\/env node\n[^#]/],
  [
    'a banner of the user',
    { config: `build: { rollupOptions: { output: { banner: '/* licence */' } } },` },
    {},
    /^#!\/usr\/bin\/env node\n\/\* licence \*\//,
  ],
] as [string, { config?: string }, Files, RegExp][])('%s starts with one #! line and runs', async (_, { config = '' }, files, start) => {
  const root = await viteProject(`${config} ${preset}`, files)
  await runSuccessfully('node', [vite, 'build'], { cwd: root })
  const code = await readFile(join(root, 'dist/main.js'), 'utf8')
  expect(code).toMatch(start)
  await runSuccessfully('node', ['dist/main.js'], { cwd: root })
})

test("every value of the user's config wins over the preset", async () => {
  const root = await viteProject(
    `publicDir: 'public', ssr: { noExternal: [] }, build: { outDir: 'out', sourcemap: false, rollupOptions: { external: ['left-out'], output: { entryFileNames: 'start.mjs', codeSplitting: true } } }, plugins: [bytenite({ entry: 'src/main.ts', checks: { 'missing-import': 'off' } })]`,
    {
      'src/main.ts': `import out from 'left-out'\nconsole.log(out)\nimport('./later').then(console.log)\n`,
      'public/copied.txt': 'x',
    },
  )
  await runSuccessfully('node', [vite, 'build'], { cwd: root })
  const files = await readFiles(join(root, 'out'))
  expect(Object.keys(files).toSorted()).toEqual([expect.stringMatching(/^assets\/later-/), 'copied.txt', 'start.mjs'])
  expect(String(files['start.mjs'])).toContain(`from "left-out"`)
})

const web: Files = {
  'index.html': '<!doctype html><script type="module" src="/src/page.ts"></script>',
  'src/page.ts': `document.title = import.meta.env.MODE; console.log(JSON.stringify(import.meta.env)); import('./later')\n`,
  'public/icon.txt': 'x',
}

test('without an entry nothing of the build changes, and nothing of ours is in it', async () => {
  const platform = await startPlatform()
  const plugin = `plugins: [bytenite({ record: 'record.json', manifest: { entrypoint: 'index.html', platformConfig: { container: 'nginx:1.29' } } })]`
  const withPlugin = await viteProject(plugin, web)
  const output = await runSuccessfully('node', [vite, 'build'], { cwd: withPlugin, env: platform.env })
  const without = await viteProject('', web)
  await runSuccessfully('node', [vite, 'build'], { cwd: without })
  const built = await readFiles(join(withPlugin, 'dist'))
  expect(built).toEqual(await readFiles(join(without, 'dist')))
  expect(output).toContain(`record in record.json`)
  const app = await platform.extractApp(await readRecord(withPlugin, 'record.json'))
  expect(app).toEqual(Object.fromEntries(Object.entries(built).map(([path, bytes]) => [`app/${path}`, bytes])))
})

test('credentials come from .env files, by mode; the shell wins, and nothing reaches the code that is built', async () => {
  const platform = await startPlatform()
  const files = {
    ...web,
    '.env': `BYTENITE_API_URL=${platform.apiUrl}\nBYTENITE_API_KEY=wrong-key-of-dot-env\n`,
    '.env.staging.local': `BYTENITE_API_KEY=${platform.apiKey}\n`,
  }
  const root = await viteProject(
    `plugins: [bytenite({ manifest: { entrypoint: 'index.html', platformConfig: { container: 'nginx:1.29' } } })]`,
    files,
  )
  await runSuccessfully('node', [vite, 'build', '--mode', 'staging'], { cwd: root })
  expect(await platform.uploads()).toEqual(['vite-app@1.0'])
  expect((await run('node', [vite, 'build'], { cwd: root })).exitCode).toBe(1)
  await runSuccessfully('node', [vite, 'build'], { cwd: root, env: { BYTENITE_API_KEY: platform.apiKey } })
  expect(await platform.uploads()).toHaveLength(2)
  const text = Object.values(await readFiles(join(root, 'dist'))).join('')
  expect(text).not.toContain(platform.apiKey)
  expect(text).not.toContain('BYTENITE')
})

test('--logLevel silences it', async () => {
  const platform = await startPlatform()
  const root = await viteProject(preset)
  expect((await runSuccessfully('node', [vite, 'build', '--logLevel', 'silent'], { cwd: root, env: platform.env })).trim()).toBe('')
  expect(await platform.uploads()).toEqual(['vite-app@1.0'])
})

// The matrix has a hook of every phase.
test.each([
  ...['transform', 'closeBundle'].map((hook) => [
    `another plugin fails in ${hook}`,
    `plugins: [{ name: 'thrower', ${hook}() { throw new Error('thrown on purpose') } }, bytenite({ entry: 'src/main.ts' })]`,
    'thrown on purpose',
  ]),
  [
    'the second of two outputs fails',
    `build: { rollupOptions: { output: [{ dir: 'dist' }, { dir: 'dist/cjs', format: 'cjs' }] } },
     plugins: [{ name: 'thrower', writeBundle({ format }) {
       if (format === 'cjs') throw new Error('thrown on purpose')
     } }, bytenite({ entry: 'src/main.ts', manifest: { entrypoint: 'main.js' } })]`,
    'thrown on purpose',
  ],
  ['an import cannot be resolved', `plugins: [bytenite({ entry: 'src/unresolved.ts' })]`, 'missing'],
  [
    'a log handler throws',
    `build: { rollupOptions: { onLog() { throw new Error('thrown on purpose') } } }, plugins: [bytenite({ entry: 'src/warns.ts' })]`,
    'thrown on purpose',
  ],
])('nothing is published when %s', async (_, config, message) => {
  const platform = await startPlatform()
  const root = await viteProject(config, {
    'src/unresolved.ts': `import './missing'`,
    'src/warns.ts': `console.log(eval('1'))`,
    'dist/main.js': 'stale',
  })
  const { exitCode, stdout, stderr } = await run('node', [vite, 'build', '--emptyOutDir', 'false'], { cwd: root, env: platform.env })
  expect(exitCode, stdout + stderr).toBe(1)
  expect(stdout + stderr).toContain(message)
  expect(stdout + stderr).not.toMatch(/\] (?:packed|published)/)
  expect(await platform.uploads()).toEqual([])
})

test('a build that does not write publishes nothing', async () => {
  const platform = await startPlatform()
  const root = await viteProject(`build: { write: false }, ${preset}`, { 'dist/main.js': 'stale' })
  const output = await runSuccessfully('node', [vite, 'build'], { cwd: root, env: platform.env })
  expect(output).toContain('not published: the build wrote nothing to disk')
  expect(await platform.uploads()).toEqual([])
})

test('a refused publish fails the build', async () => {
  const platform = await startPlatform()
  const root = await viteProject(preset)
  const { exitCode, stderr } = await run('node', [vite, 'build'], { cwd: root, env: { ...platform.env, BYTENITE_API_KEY: 'wrong' } })
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(
    /\[UNAUTHORIZED\] POST \S+ was refused with 401.*this API key is not known\.\n.*BYTENITE_API_KEY.*\nSee bytenite-uploader\/docs\/errors\.md#unauthorized\n/,
  )
  expect(stderr).not.toContain('wrong')
  expect(Object.keys(await readFiles(join(root, 'dist')))).toEqual(['main.js', 'main.js.map'])
})

test('the dev server never publishes', async () => {
  const platform = await startPlatform()
  const root = await viteProject(preset, {
    'serve.js': `import { createServer } from 'vite'
      const server = await createServer({ server: { port: 0 } })
      await server.listen()
      await server.close()`,
  })
  await runSuccessfully('node', ['serve.js'], { cwd: root, env: { ...platform.env, BYTENITE_PUBLISH: 'true' } })
  expect(await platform.uploads()).toEqual([])
})
