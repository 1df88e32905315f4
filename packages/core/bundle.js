// Bundles what a config loads, by the entry points of its package: a few files are loaded in half the time of more than a hundred.
// The declarations are the compiler's.

import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { isAbsolute, join, normalize } from 'node:path'
import { build } from 'vite'

for (const name of ['core', 'rollup', 'vite']) await bundle(join(import.meta.dirname, '..', name))

/** @param {string} directory of a package */
async function bundle(directory) {
  const output = join(directory, 'dist')
  const { exports, bin } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'))
  const files = Object.values(exports).flatMap((target) => (typeof target === 'string' ? [] : [target.default]))
  const entries = [...files.map((file) => file.replace(/^\.\/dist\/(.*)\.js$/, '$1')), ...(bin === undefined ? [] : ['cli'])]
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
  // For a config that is CommonJS.
  await writeFile(join(output, 'index.cjs'), `module.exports = require('./index.js')\n`)
  // What is left of an earlier build goes last, so that a process that runs meanwhile finds what it needs.
  const names = new Set(['index.cjs', ...written.map(({ fileName }) => normalize(fileName))])
  for (const file of await readdir(output, { recursive: true })) {
    if (/\.c?js(?:\.map)?$/.test(file) && !names.has(file)) await rm(join(output, file))
  }
}
