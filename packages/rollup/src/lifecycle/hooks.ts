// The plugin types of the bundlers are not assignable to one another. These are the parts that this plugin uses, in
// shapes that fit all of them.

/** The options that a bundler was started with. */
export interface InputOptions {
  /** Rollup's name of the least important messages that are shown, such as `'warn'`. */
  logLevel?: unknown
  /** May be nested in arrays and promises. */
  plugins?: unknown
  /** One or several {@link OutputOptions}; only if the bundler knows them before it begins. */
  output?: unknown
}

/** `this` in a hook. */
export interface HookContext {
  meta: {
    /** Whether the build is one of a watcher's. */
    watchMode: boolean
    /** Set by Rolldown, and by a Vite that bundles with it. */
    rolldownVersion?: string
  }
  /** Vite 6 and newer: which of Vite's environments is being built. */
  environment?: { name: string }
}

/** Where one output goes: to a directory, or to a single file. */
export interface OutputOptions {
  /** Absolute, or relative to the project's root. */
  dir?: string | undefined
  /** Absolute, or relative to the project's root. */
  file?: string | undefined
}

/** A file of an output. */
export interface OutputFile {
  type: 'chunk' | 'asset'
  /** Relative to the output directory, with `/`. */
  fileName: string
  /** Chunks only: whether it belongs to an entry of the build. */
  isEntry?: boolean
  /** Chunks only: the module that makes it an entry; `null` or absent if that is not one. */
  facadeModuleId?: string | null
  /** Chunks only: the modules that it was made of. */
  moduleIds?: readonly string[]
}

/** All files of an output, by their names. */
export type OutputBundle = Record<string, OutputFile>

/** The plugin by the hooks it has: a plugin for Rollup, Rolldown and Vite at once. */
export interface ByteNitePlugin {
  name: string
  /** Gives each build hooks of its own. */
  options: { order: 'post'; handler<Options extends InputOptions>(this: HookContext, options: Options): Promise<Options | null> }
  buildStart(this: HookContext): Promise<void>
  /** Runs before other plugins change the output, and lets them wait. */
  renderStart: {
    order: 'pre'
    sequential: true
    handler(this: HookContext, options: OutputOptions): Promise<void>
  }
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
    /** Bundlers from before 2025 ignore it and call the handler for every module. */
    filter: { code: string; id: { exclude: RegExp } }
    handler(this: HookContext, code: string, id: string): null
  }
  renderError(this: HookContext, error?: Error): void
  generateBundle: {
    order: 'post'
    handler(this: HookContext, options: OutputOptions, bundle: OutputBundle, isWrite: boolean): void
  }
  /** Runs after the hooks of all other plugins have finished; so does `closeBundle`. */
  writeBundle: {
    order: 'post'
    sequential: true
    handler(this: HookContext, options: OutputOptions, bundle: OutputBundle): void
  }
  closeBundle: {
    order: 'post'
    sequential: true
    handler(this: HookContext, error?: Error): Promise<void>
  }
  closeWatcher(this: HookContext): Promise<void>
}
