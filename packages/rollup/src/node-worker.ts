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
    inlineDynamicImports: true
    plugins: { name: string; renderChunk: AddShebang }[]
  }
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
      inlineDynamicImports: true,
      plugins: [{ name: 'rollup-plugin-bytenite:shebang', renderChunk: addShebang }],
    },
  }
}
