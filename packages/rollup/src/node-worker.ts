import { isBuiltin } from 'node:module'
import { addShebang, type AddShebang } from './shebang.js'

/** As much of a Rollup or Rolldown config as makes one file for Node of an entry. */
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

/** What the output needs from the bundler at hand, and no more of its types than Rollup and Rolldown share. */
export interface NodeWorkerPlugin {
  name: string
  outputOptions: (this: { meta: object }, options: object) => object
  renderChunk: AddShebang
}

/**
 * The part of a Rollup config that makes `entry`, and all it imports, one ES file for Node, `dist/main.js`, which the
 * platform can start either way. Dependencies are in the file if plugins that find them are there:
 * `@rollup/plugin-node-resolve` and `@rollup/plugin-commonjs`; Rolldown needs none.
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

/** Each bundler has a name of its own for one chunk, also of what is loaded later, and warns of the other's. */
const inOneFile: NodeWorkerPlugin['outputOptions'] = function (options) {
  return { ...options, ...('rolldownVersion' in this.meta ? { codeSplitting: false } : { inlineDynamicImports: true }) }
}
