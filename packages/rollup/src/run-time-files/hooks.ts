// The parts of the bundlers' hooks that are used here, in shapes that fit all of them.

/** The modules of a chunk, by their ids, in the order of the code. */
export type RenderedModules = Readonly<Record<string, { code: string | null }>>

/** A chunk, before it is written. */
export interface RenderedChunk {
  fileName: string
  isEntry: boolean
  /** The module that makes it an entry; `null` or absent if there is none. */
  facadeModuleId?: string | null
  modules: RenderedModules
}

/** The options of an output. */
export interface RenderOptions {
  dir?: string | undefined
  file?: string | undefined
  format?: string | undefined
}

/** `this` in a hook. */
export interface RenderContext {
  meta: { rollupVersion: string; watchMode: boolean }
  /** Vite 6 and newer: which of Vite's environments is being built. */
  environment?: { config: { consumer?: string } }
  parse(code: string): object
  addWatchFile(file: string): void
  emitFile(file: { type: 'asset'; fileName: string; source: string | Uint8Array }): unknown
}

/** A chunk's changed code and its source map, as JSON; `null` if it stays as it is. */
export type Rendered = Promise<{ code: string; map: string } | null>

/** Brings the files that code reads or runs into the output of a bundle. */
export interface RunTimeFilesPlugin {
  name: string
  renderStart(this: object, options: RenderOptions): void
  /** Runs before other plugins change the code. */
  renderChunk: {
    order: 'pre'
    handler(
      this: RenderContext,
      code: string,
      chunk: RenderedChunk,
      options: RenderOptions,
      meta: { chunks: Readonly<Record<string, RenderedChunk>> },
    ): Rendered
  }
  /** Runs after Vite has removed the assets of a build for a server. */
  generateBundle: {
    order: 'post'
    handler(this: RenderContext, options: RenderOptions, bundle: Readonly<Record<string, unknown>>): void
  }
}

/** Does the same in the build of a script, whose files become those of the bundle that starts it. */
export interface ScriptPlugin {
  name: string
  transform(this: object, code: string, id: string): null
  renderChunk: { order: 'pre'; handler(this: RenderContext, code: string, chunk: RenderedChunk): Rendered }
}

/** A file of an output. */
export type BuiltFile = { fileName: string } & ({ type: 'chunk'; code: string } | { type: 'asset'; source: string | Uint8Array })

/** A script to be bundled by itself. */
export interface Script {
  /** Its path; absolute. */
  source: string
  /** Of its chunk, relative to the output directory, with `/`. */
  fileName: string
  /** Has to be among the plugins. */
  plugin: ScriptPlugin
  /** Options of the output that it belongs to. */
  options: RenderOptions
  /** Whether a watcher rebuilds that. */
  isWatching: boolean
}

/** Bundles a script, without writing anything. */
export type BuildScript = (script: Script) => Promise<readonly BuiltFile[]>
