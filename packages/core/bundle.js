// Bundles what a config loads, by the entry points of its package: a few files are loaded in half the time of more than a hundred.
// The declarations are the compiler's.

import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { isAbsolute, join, normalize } from 'node:path'

const root = join(import.meta.dirname, '../..')

for (const name of ['core', 'rollup', 'vite']) await bundle(join(root, 'packages', name))

/** @param {string} directory of a package */
async function bundle(directory) {
  const output = join(directory, 'dist')
  const { exports, bin } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'))
  const files = Object.values(exports).flatMap((target) => (typeof target === 'string' ? [] : [target.default]))
  const entries = [...files.map((file) => file.replace(/^\.\/dist\/(.*)\.js$/, '$1')), ...(bin === undefined ? [] : ['cli'])]
  if (await isCurrent(directory, entries)) return
  const { build } = await import('vite')
  const { output: written } = await build({
    configFile: false,
    root: directory,
    logLevel: 'warn',
    build: {
      ssr: true,
      target: 'es2023',
      minify: false,
      sourcemap: true,
      emptyOutDir: false,
      rollupOptions: {
        input: Object.fromEntries(entries.map((entry) => [entry, join(directory, `src/${entry}.ts`)])),
        external: (id) => !id.startsWith('.') && !isAbsolute(id),
        output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name].js' },
      },
    },
  })
  // What is left of an earlier build goes last, so that a process that runs meanwhile finds what it needs.
  const names = new Set(['index.cjs', ...written.map(({ fileName }) => normalize(fileName))])
  for (const file of await readdir(output, { recursive: true })) {
    if (/\.c?js(?:\.map)?$/.test(file) && !names.has(file)) await rm(join(output, file))
  }
  // For a config that is CommonJS. It is written last: its age is that of the bundle.
  await writeFile(join(output, 'index.cjs'), `module.exports = require('./index.js')\n`)
}

/**
 * Whether the bundle is there, and younger than all that it is made of.
 * @param {string} directory of a package
 * @param {string[]} entries
 */
async function isCurrent(directory, entries) {
  const bundled = ['index.cjs', ...entries.map((entry) => `${entry}.js`)]
  const times = await Promise.all(bundled.map((file) => changedAt(join(directory, 'dist', file))))
  // Directories count as well: they change when a file is gone.
  const sources = ['', ...(await readdir(join(directory, 'src'), { recursive: true }))].map((path) => join(directory, 'src', path))
  const inputs = [...sources, join(directory, 'package.json'), join(root, 'pnpm-lock.yaml'), import.meta.filename]
  return Math.max(...(await Promise.all(inputs.map(changedAt)))) < (times[0] ?? 0) && times.every((time) => time > 0)
}

/**
 * In milliseconds; 0 if there is no such file.
 * @param {string} file
 */
async function changedAt(file) {
  return (await stat(file).catch(() => ({ mtimeMs: 0 }))).mtimeMs
}
