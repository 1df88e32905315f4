// The bundlers' own types of a plugin do not fit each other. What follows are the parts that this plugin uses,
// in shapes to which all of them can be assigned.

export interface InputOptions {
  logLevel?: unknown
}

export interface HookContext {
  meta: { watchMode: boolean; rolldownVersion?: string }
  /** Vite 6 and newer: which of the environments is being built. */
  environment?: { name: string }
}

export interface OutputOptions {
  dir?: string | undefined
  file?: string | undefined
}

interface OutputFile {
  type: 'chunk' | 'asset'
  fileName: string
  isEntry?: boolean
  /** Of a chunk. */
  moduleIds?: readonly string[]
}

export type OutputBundle = Record<string, OutputFile>

/** A hook that runs after those of all other plugins, and only once they are done. */
interface LastHook<Handler> {
  order: 'post'
  sequential: true
  handler: Handler
}

/** The plugin by the hooks it has: a Rollup, Rolldown and Vite plugin at once. */
export interface ByteNitePlugin {
  name: string
  options: { order: 'post'; handler(this: HookContext, options: InputOptions): null }
  buildStart(this: HookContext): void
  renderStart(this: HookContext): void
  buildEnd(this: HookContext, error?: Error): void
  resolveId: {
    order: 'pre'
    filter: { id: RegExp }
    handler(this: HookContext, source: string, importer: string | undefined): null
  }
  load: {
    filter: { id: RegExp }
    handler(this: HookContext, id: string): null
  }
  transform: {
    order: 'post'
    /** Bundlers of before 2025 do not know it, and call the handler for everything. */
    filter: { code: string; id: { exclude: RegExp } }
    handler(this: HookContext, code: string, id: string): null
  }
  renderError(this: HookContext, error?: Error): void
  generateBundle: {
    order: 'post'
    handler(this: HookContext, options: OutputOptions, bundle: OutputBundle, isWrite: boolean): void
  }
  writeBundle: LastHook<(this: HookContext, options: OutputOptions, bundle: OutputBundle) => void>
  closeBundle: LastHook<(this: HookContext, error?: Error) => Promise<void>>
  closeWatcher(this: HookContext): Promise<void>
}
