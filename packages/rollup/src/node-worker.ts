import { isBuiltin } from 'node:module'
import { addShebang, withShebang, type AddShebang } from './shebang.js'

/** The part of a Rollup or Rolldown config that bundles an entry into a single file for Node. */
export interface NodeWorkerConfig {
  input: { main: string }
  external: (id: string) => boolean
  output: {
    dir: string
    format: 'es'
    entryFileNames: string
    sourcemap: true
    plugins: NodeWorkerPlugin[]
  }
}

/** A plugin of the output, in a shape that fits both Rollup's and Rolldown's types. */
export interface NodeWorkerPlugin {
  name: string
  outputOptions: (this: { meta: object }, options: object) => object
  renderChunk: AddShebang
}

/**
 * The part of a Rollup config that bundles `entry`, and everything it imports, into one ES module for Node,
 * `dist/main.js`. It starts with a `#!` line. To bundle dependencies, Rollup needs `@rollup/plugin-node-resolve` and
 * `@rollup/plugin-commonjs`; Rolldown needs no plugins.
 * @param entry path of the entry file, relative to the working directory
 * @example
 * export default {
 *   ...nodeWorker('src/main.js'),
 *   plugins: [nodeResolve({ preferBuiltins: true }), commonjs(), bytenite()],
 * }
 */
export function nodeWorker(entry: string): NodeWorkerConfig {
  return {
    input: { main: entry },
    external: isBuiltin,
    output: {
      dir: 'dist',
      format: 'es',
      entryFileNames: 'main.js',
      sourcemap: true,
      plugins: [{ name: 'rollup-plugin-bytenite:node-worker', outputOptions: inOneFile, renderChunk: addShebang }],
    },
  }
}

/** Keeps dynamic imports in the one file. The bundlers have different options for it, and each warns about the other's. */
const inOneFile: NodeWorkerPlugin['outputOptions'] = function (options) {
  return withShebang({ ...options, ...('rolldownVersion' in this.meta ? { codeSplitting: false } : { inlineDynamicImports: true }) })
}
