import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { run, runSuccessfully } from '../helpers/process.ts'
import { rollup, vite } from '../helpers/programs.ts'
import { createProject, type Files } from '../helpers/project.ts'

/** A plugin in a config, which other options follow. */
const config = (name: string, options = '', rest = '') =>
  `import { bytenite } from '${name}'
  export default { ${rest}${rest && ','} plugins: [bytenite({ ${options} })] }\n`

const monorepo: Files = {
  'package.json': '{ "name": "the-monorepo", "version": "9.9.9", "type": "module", "private": true }',
  'manifest.json': '{ "name": "the-monorepo-app", "version": "9.9", "platform": "docker" }',
  'packages/app/package.json': '{ "name": "@scope/the-app", "version": "1.2.3", "type": "module" }',
  'packages/app/src/main.js': 'console.log(1)\n',
  'packages/app/schema.json': '{ "type": "object" }',
  'packages/other/package.json': '{ "name": "the-other", "version": "3.0.0" }',
  'packages/other/main.js': 'console.log(2)\n',
}

test("a config of a package, run at a monorepo's root, publishes the package", async () => {
  const platform = await startPlatform()
  const root = await createProject({
    ...monorepo,
    'packages/app/rollup.config.js': config(
      'rollup-plugin-bytenite',
      '',
      `input: 'packages/app/src/main.js', output: { dir: 'packages/app/dist' }`,
    ),
  })
  const output = await runSuccessfully('node', [...rollup, 'packages/app/rollup.config.js'], { cwd: root, env: platform.env })
  expect(output).toContain('published the-app@1.2')
  expect(output).toContain('named by packages/app/package.json')
  expect(await platform.uploads()).toEqual(['the-app@1.2'])
  const files = await platform.extract(await platform.client.apps.get('the-app'))
  expect(JSON.parse(String(files['schema.json']))).toEqual({ type: 'object' })
})

test('entries of different projects are an error that names both, unless the option "root" decides', async () => {
  const platform = await startPlatform()
  const both = `input: { app: 'packages/app/src/main.js', other: 'packages/other/main.js' }, output: { dir: 'dist' }`
  const root = await createProject({
    ...monorepo,
    'rollup.config.js': config('rollup-plugin-bytenite', `manifest: { entrypoint: 'app.js' }`, both),
    'decided.config.js': config(
      'rollup-plugin-bytenite',
      `root: 'packages/other', record: 'record.json', manifest: { entrypoint: 'other.js' }`,
      both,
    ),
  })
  const { exitCode, stderr } = await run('node', rollup, { cwd: root, env: platform.env })
  expect(exitCode).toBe(1)
  expect(stderr).toContain(
    'The entries belong to different projects: packages/app/src/main.js to packages/app, and packages/other/main.js to packages/other.',
  )
  const output = await runSuccessfully('node', [...rollup, 'decided.config.js'], { cwd: root, env: platform.env })
  expect(output).toContain('published the-other@3.0')
  // Paths stay relative to where the bundler runs.
  expect(output).toContain('record in record.json')
})

test.each([
  ["Vite's root below the package", { root: 'web', outDir: '../dist', entry: 'web/src/main.js' }],
  ['an entry in a folder of the package', { root: '.', outDir: 'dist', entry: 'deep/er/src/main.js' }],
])('%s finds the package above', async (_, { root: viteRoot, outDir, entry }) => {
  const platform = await startPlatform()
  const root = await createProject({
    'package.json': '{ "name": "the-package", "version": "1.0.0", "type": "module" }',
    // Neither a package without a name nor the manifest of a web app is an identity.
    'web/package.json': '{ "type": "module" }',
    'web/manifest.json': '{ "name": "Web App", "short_name": "Web", "start_url": "/", "icons": [] }',
    'deep/er/package.json': '{ "private": true, "type": "module" }',
    [entry]: 'console.log(1)\n',
    'vite.config.js': config(
      'vite-plugin-bytenite',
      '',
      `root: '${viteRoot}', build: { ssr: '${entry.replace(/^web\//, '')}', outDir: '${outDir}', emptyOutDir: true }`,
    ),
  })
  const output = await runSuccessfully('node', [vite, 'build'], { cwd: root, env: platform.env })
  expect(output).toContain('published the-package@1.0')
})

test("the option entry of Vite finds the entry's own package, with its manifest.json, for scripts and for folders", async () => {
  const platform = await startPlatform()
  const root = await createProject({
    ...monorepo,
    'packages/python/manifest.json':
      '{ "name": "py", "version": "0.2", "platform": "docker", "platform_config": { "container": "python:3.12-slim" } }',
    'packages/python/src/main.py': 'print(1)\n',
    'app.config.js': config('vite-plugin-bytenite', `entry: 'packages/app/src/main.js'`),
    'python.config.js': `import { bytenite } from 'vite-plugin-bytenite'
      export default { plugins: [bytenite({ entry: 'packages/python/src/main.py' })] }\n`,
  })
  for (const [name, tag] of [
    ['app', 'the-app@1.2'],
    ['python', 'py@0.2'],
  ]) {
    const output = await runSuccessfully('node', [vite, 'build', '-c', `${name}.config.js`], { cwd: root, env: platform.env })
    expect(output).toContain(`published ${tag}`)
  }
  expect(await platform.uploads()).toEqual(['py@0.2', 'the-app@1.2'])
})

test('where the entry is not a file, the package above the output counts', async () => {
  const platform = await startPlatform()
  const virtual = `{ name: 'virtual', resolveId: (id) => (id === 'entry' ? '\\0entry' : null), load: (id) => (id === '\\0entry' ? 'console.log(1)' : null) }`
  const root = await createProject({
    ...monorepo,
    'rollup.config.js': config('rollup-plugin-bytenite', '', '').replace(
      'plugins: [',
      `input: { main: 'entry' }, output: { dir: 'packages/app/dist' }, plugins: [${virtual}, `,
    ),
  })
  const output = await runSuccessfully('node', rollup, { cwd: root, env: platform.env })
  expect(output).toContain('published the-app@1.2')
})
