import { isBuiltin } from 'node:module'
import { keepInOneFile } from './one-file.js'
import type { RenderOptions, RunTimeFilesPlugin } from './run-time-files/hooks.js'
import { createRunTimeFiles, keyOf } from './run-time-files/plugin.js'
import { buildScript, OWN_PREFIX, type OuterBuild } from './script-build.js'
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

/** A plugin of the output, for Rollup as well as for Rolldown. */
export interface NodeWorkerPlugin {
  name: string
}

/**
 * The part of a Rollup config that bundles `entry`, and everything it imports, into one ES module for Node,
 * `dist/main.js`. It starts with a `#!` line. To bundle dependencies, Rollup needs `@rollup/plugin-node-resolve` and
 * `@rollup/plugin-commonjs`; Rolldown needs no plugins.
 *
 * A file that the code names by its place beside the source, as in `new URL('./add.wasm', import.meta.url)` or
 * `join(import.meta.dirname, 'tables.json')`, is copied into the output. The script of a worker is bundled like `entry`, into a
 * file of its own.
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
      plugins: [runTimeFiles(), shebang()],
    },
  }
}

interface OutputHooks extends Omit<RunTimeFilesPlugin, 'renderStart'> {
  outputOptions(this: { meta: { rolldownVersion?: string } }, options: object): object
  renderStart(this: object, options: RenderOptions, input: OuterBuild['input']): void
}

function runTimeFiles(): OutputHooks {
  const builds = new Map<string, OuterBuild>()
  const buildOf = (options: RenderOptions): OuterBuild => {
    const build = builds.get(keyOf(options)) ?? { isRolldown: false, input: { plugins: [] }, output: {} }
    builds.set(keyOf(options), build)
    return build
  }
  const { name, renderStart, renderChunk, generateBundle } = createRunTimeFiles(`${OWN_PREFIX}run-time-files`, (script) =>
    buildScript(script, buildOf(script.options)),
  )
  return {
    name,
    outputOptions(options) {
      const { rolldownVersion } = this.meta
      const output = { ...options, ...keepInOneFile(rolldownVersion) }
      Object.assign(buildOf(options), { isRolldown: rolldownVersion !== undefined, output })
      return output
    },
    renderStart(options, input) {
      buildOf(options).input = input
      renderStart.call(this, options)
    },
    renderChunk,
    generateBundle,
  }
}

function shebang(): NodeWorkerPlugin & { outputOptions: typeof withShebang; renderChunk: AddShebang } {
  return { name: `${OWN_PREFIX}shebang`, outputOptions: withShebang, renderChunk: addShebang }
}
