import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run, type Ending } from '../helpers/process.ts'
import { rollup, vite } from '../helpers/programs.ts'
import { createProject, readFiles, type Files } from '../helpers/project.ts'

const builders = ['vite', 'rollup'] as const
type Builder = (typeof builders)[number]

/** A project whose entry is src/main.js; `config` is code of properties. */
function project(builder: Builder, files: Files, config = '', plugins = ''): Promise<string> {
  const configs = {
    vite: `import { bytenite } from 'vite-plugin-bytenite'
      export default { ${config} plugins: [${plugins} bytenite({ entry: 'src/main.js', publish: false })] }`,
    rollup: `import { bytenite, nodeWorker } from 'rollup-plugin-bytenite'
      export default { ...nodeWorker('src/main.js'), ${config} plugins: [${plugins} bytenite({ publish: false })] }`,
  }
  return createProject({
    'package.json': '{ "name": "edges", "version": "1.0.0", "type": "module" }',
    [`${builder}.config.js`]: configs[builder],
    ...files,
  })
}

function build(builder: Builder, root: string): Promise<Ending> {
  // The sources import more than each of them needs, and their plugin makes no source maps.
  const warnings = /Unused external imports|sourcemap/i
  return run('node', builder === 'vite' ? [vite, 'build'] : rollup, { cwd: root, warnings })
}

/** Builds a project, and returns the names of what came of it. */
async function outputOf(builder: Builder, root: string): Promise<string[]> {
  const { exitCode, stdout, stderr } = await build(builder, root)
  expect(exitCode, stdout + stderr).toBe(0)
  return Object.keys(await readFiles(join(root, 'dist'))).toSorted()
}

const runMain = (root: string, ...flags: string[]): Promise<Ending> => run('node', [...flags, 'dist/main.js'], { cwd: root })
const linesOf = (text: string): string[] => text.trim().split('\n')

const readUrl = (name: string): string => `console.log(readFileSync(new URL('${name}', import.meta.url), 'utf8').trim())\n`
const fs = `import { existsSync, readFileSync, writeFileSync } from 'node:fs'\nimport { join } from 'node:path'\n`
const threads = `import { isMainThread, parentPort, Worker } from 'node:worker_threads'\n`

test.each(builders)('%s: what would have one name is an error that names both', async (builder) => {
  const root = await project(builder, {
    'src/main.js': fs + readUrl('./data/a.txt') + readUrl('../data/a.txt'),
    'src/data/a.txt': 'inside',
    'data/a.txt': 'outside',
  })
  const { exitCode, stdout, stderr } = await build(builder, root)
  expect(exitCode).toBe(1)
  expect(stdout + stderr).toMatch(
    /The code needs src\/data\/a\.txt and data\/a\.txt, and both would be data\/a\.txt in the output\.\s+Rename one of them.*\n *See bytenite-uploader\/docs\/errors\.md#conflicting_files\n/,
  )
})

test.each(builders)('%s: a script and what would be made of another one are an error that names both', async (builder) => {
  const root = await project(builder, {
    'src/main.js': `${threads}new Worker(new URL('./worker.mjs', import.meta.url))\nnew Worker(new URL('./worker.js', import.meta.url))\n`,
    'src/worker.js': `import 'node:fs'\n`,
    'src/worker.mjs': `import 'node:fs'\n`,
  })
  const { exitCode, stdout, stderr } = await build(builder, root)
  expect(exitCode).toBe(1)
  expect(stdout + stderr).toMatch(/The code needs src\/worker\.mjs and src\/worker\.js, and both would be worker\.js in the output/)
})

test.each(builders)('%s: an entry that starts itself, and a worker that starts the entry', async (builder) => {
  const root = await project(builder, {
    'src/main.js': `${threads}if (isMainThread) {
      console.log('main')
      new Worker(new URL('./main.js', import.meta.url)).on('message', console.log)
      new Worker(new URL('./lib/worker.js', import.meta.url)).on('message', console.log)
    } else parentPort.postMessage('itself')\n`,
    'src/lib/worker.js': `${threads}new Worker(new URL('../main.js', import.meta.url)).on('message', (text) => parentPort.postMessage('by a worker: ' + text))\n`,
  })
  expect(await outputOf(builder, root)).toEqual(['lib/worker.js', 'lib/worker.js.map', 'main.js', 'main.js.map'])
  expect(linesOf((await runMain(root)).stdout).toSorted()).toEqual(['by a worker: itself', 'itself', 'main'])
})

test.each(builders)('%s: what is left where it is, and what is copied as it is', async (builder) => {
  const text = `import './nothing.js'\nexport const text = 'text'\n`
  const root = await project(builder, {
    'src/main.js': `${fs}${readUrl('./text.js')}${readUrl('./types.d.ts')}
      const plain = join(import.meta.dirname, 'plain.js')
      console.log(plain.length > 0, readFileSync(plain, 'utf8'))
      writeFileSync(join(import.meta.dirname, 'written.txt'), 'new')
      const files = { env: join(import.meta.dirname, '.env'), folder: join(import.meta.dirname, 'folder'), gone: new URL('gone.txt', import.meta.url) }
      console.log(Object.values(files).map((file) => existsSync(file)).join())\n`,
    'src/text.js': text,
    'src/types.d.ts': 'export type A = 1',
    'src/plain.js': 'function unused() {}',
    'src/written.txt': 'old',
    'src/.env': 'SECRET=1',
    'src/folder/a.txt': 'a',
  })
  expect(await outputOf(builder, root)).toEqual(['main.js', 'main.js.map', 'plain.js', 'text.js', 'types.d.ts'])
  expect((await runMain(root)).stdout).toBe(`${text}export type A = 1\ntrue function unused() {}\nfalse,false,false\n`)
  expect(await readFile(join(root, 'dist/text.js'), 'utf8')).toBe(text)
})

test.each(builders)('%s: files of two versions of a package, which have the same names', async (builder) => {
  const dependency = (version: number): Files => ({
    [`v${version}/node_modules/dep/index.js`]: `import { readFileSync } from 'node:fs'
      export const name = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')).version + readFileSync(new URL('./lib/a.txt', import.meta.url), 'utf8')\n`,
    [`v${version}/node_modules/dep/package.json`]: `{ "version": "${version}", "type": "commonjs" }`,
    [`v${version}/node_modules/dep/lib/a.txt`]: `a${version}`,
  })
  const root = await project(builder, {
    'src/main.js': `import { name as one } from '../v1/node_modules/dep/index.js'\nimport { name as two } from '../v2/node_modules/dep/index.js'\nconsole.log(one, two)\n`,
    ...dependency(1),
    ...dependency(2),
  })
  expect(await outputOf(builder, root)).toEqual([
    'dep-2/lib/a.txt',
    'dep-2/package.data.json',
    'dep/lib/a.txt',
    'dep/package.data.json',
    'main.js',
    'main.js.map',
  ])
  expect((await runMain(root)).stdout).toBe('1a1 2a2\n')
})

test('a package of CommonJS that looks for its own files', async () => {
  const root = await project('vite', {
    'src/main.js': `import text from 'with-data'\nconsole.log(text)\n`,
    'src/node_modules/with-data/package.json': '{ "name": "with-data", "main": "lib/index.js" }',
    'src/node_modules/with-data/lib/index.js': `const path = require('path'), { readFileSync } = require('fs')
      module.exports = readFileSync(path.join(__dirname, '..', 'data', 'a.txt'), 'utf8') + readFileSync(__dirname + '/b.txt', 'utf8')\n`,
    'src/node_modules/with-data/data/a.txt': 'a',
    'src/node_modules/with-data/lib/b.txt': 'b',
  })
  expect(await outputOf('vite', root)).toEqual(['main.js', 'main.js.map', 'with-data/data/a.txt', 'with-data/lib/b.txt'])
  expect((await runMain(root)).stdout).toBe('ab\n')
})

const plugin = `{
  name: 'of-the-user',
  buildStart() { console.log('began') },
  resolveId: (id) => (id === 'virtual:name' ? '\\0virtual:name' : null),
  load: (id) => (id === '\\0virtual:name' ? 'export default "virtual"' : null),
  transform: (code) => code.replace('__NAME__', '"transformed"'),
  closeBundle() { console.log('closed') },
},`

test.each([
  ['vite', `resolve: { alias: { '@': import.meta.dirname + '/src' } }, build: { minify: true },`],
  ['rollup', ''],
] as [Builder, string][])(
  '%s: a worker is built with the config and the plugins of the entry, which begin and end once',
  async (builder, config) => {
    const alias = builder === 'vite' ? '@' : '..'
    const root = await project(
      builder,
      {
        'src/main.js': `${threads}new Worker(new URL('./lib/worker.js', import.meta.url)).on('message', console.log)\n`,
        'src/lib/worker.js': `${threads}import name from 'virtual:name'\nimport { shared } from '${alias}/shared.js'\nparentPort.postMessage([name, shared, __NAME__].join())\n`,
        'src/shared.js': `export const shared = 'shared'\n`,
      },
      config,
      plugin,
    )
    const { exitCode, stdout, stderr } = await build(builder, root)
    expect(exitCode, stdout + stderr).toBe(0)
    expect(stdout.match(/^(?:began|closed)$/gm)).toEqual(['began', 'closed'])
    expect((await runMain(root)).stdout).toBe('virtual,shared,transformed\n')
  },
)

test.each(builders)('%s: several chunks, in folders of their own', async (builder) => {
  const chunks = `entryFileNames: 'main.js', chunkFileNames: 'chunks/[name].js'`
  const root = await project(builder, {
    'src/main.js': `const { text } = await import('./later.js')\nconsole.log(text)\n`,
    'src/later.js': `${fs}export const text = readFileSync(new URL('./a.txt', import.meta.url), 'utf8')\n`,
    'src/a.txt': 'from a chunk',
    'vite.config.js': `import { bytenite } from 'vite-plugin-bytenite'
      export default { build: { rollupOptions: { output: { codeSplitting: true, ${chunks} } } }, plugins: [bytenite({ entry: 'src/main.js', publish: false })] }`,
    'rollup.config.js': `import { bytenite, nodeWorker } from 'rollup-plugin-bytenite'
      const worker = nodeWorker('src/main.js')
      const split = { name: 'split', outputOptions: (options) => ({ ...options, inlineDynamicImports: false, ${chunks} }) }
      export default { ...worker, output: { ...worker.output, plugins: [...worker.output.plugins, split] }, plugins: [bytenite({ publish: false })] }`,
  })
  expect(await outputOf(builder, root)).toEqual(['a.txt', 'chunks/later.js', 'chunks/later.js.map', 'main.js', 'main.js.map'])
  expect((await runMain(root)).stdout).toBe('from a chunk\n')
})

test.each(builders)('%s: source maps are right behind what is changed', async (builder) => {
  const root = await project(builder, {
    'src/main.js': `${fs}import './lib/fails.js'\n`,
    'src/lib/fails.js': `import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
readFileSync(new URL('./a.txt', import.meta.url)); new Worker(new URL('./b.js', import.meta.url)).on('error', (error) => console.log(error.stack)); console.log(new Error('here').stack)
`,
    'src/lib/a.txt': '',
    'src/lib/b.js': `import { readFileSync } from 'node:fs'\n\nreadFileSync(new URL('./a.txt', import.meta.url)); throw new Error('there')\n`,
  })
  await outputOf(builder, root)
  const { stdout } = await runMain(root, '--enable-source-maps')
  const source = await readFile(join(root, 'src/lib/fails.js'), 'utf8')
  expect(stdout).toContain(`src/lib/fails.js:3:${(source.split('\n')[2] ?? '').indexOf('new Error') + 1}`)
  expect(stdout).toMatch(/Error: there\s+at .*src\/lib\/b\.js:3:58/)
})

test.each(builders)('%s: a worker that cannot be built fails the build, and is named', async (builder) => {
  const root = await project(builder, {
    'src/main.js': `${threads}new Worker(new URL('./lib/worker.js', import.meta.url))\n`,
    'src/lib/worker.js': `import './fine.js'\n}\n`,
    'src/lib/fine.js': '',
  })
  const { exitCode, stdout, stderr } = await build(builder, root)
  expect(exitCode).toBe(1)
  expect(stdout + stderr).toContain('src/lib/worker.js')
})

test.each(builders)('%s: a worker with a native addon fails the build, and is told why', async (builder) => {
  const root = await project(builder, {
    'src/main.js': `${threads}new Worker(new URL('./worker.js', import.meta.url))\n`,
    'src/worker.js': `import add from './add.node'\nconsole.log(add(1, 2))\n`,
    'src/add.node': Buffer.from('\x7fELF'),
  })
  const { exitCode, stdout, stderr } = await build(builder, root)
  expect(exitCode).toBe(1)
  expect(stdout + stderr).toContain('src/add.node, imported by src/worker.js, is a native addon, which cannot be bundled')
})

test('what Vite has for browsers stays as it is', async () => {
  const root = await project(
    'vite',
    { 'src/main.js': `console.log(new URL('./a.svg', import.meta.url).href)\n`, 'src/a.svg': '<svg/>'.repeat(2_000) },
    `build: { ssr: false, rollupOptions: { input: 'src/main.js' } },`,
  )
  const names = await outputOf('vite', root)
  expect(names).toEqual([expect.stringMatching(/^assets\/a-.+\.svg$/), 'main.js', 'main.js.map'])
})
