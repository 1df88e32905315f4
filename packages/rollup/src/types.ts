import type { PublishOptions } from 'bytenite-uploader'

/** Options of the plugin: those of `publish()` that a build does not answer itself, and when to publish. */
export interface ByteNiteOptions
  extends Pick<
    PublishOptions,
    'manifest' | 'include' | 'exclude' | 'archiveFile' | 'record' | 'apiKey' | 'accessToken' | 'apiUrl'
  > {
  /**
   * When a successful build is published.
   * - `'auto'`: when credentials are found, but never in a pull request's job nor under Vitest; else it is packed only
   * - `true`: always; missing credentials fail the build
   * - `false`: never; it is packed only
   * @default BYTENITE_PUBLISH, else 'auto'
   */
  publish?: 'auto' | boolean | undefined
}

/** Where a plugin's messages go. */
export interface Logger {
  info(message: string): void
  warn(message: string): void
}

/** What the bundler knows about the build by the time it ends. */
export interface BuildEnvironment {
  /** The project's root; absolute. */
  root: string
  /** Where `BYTENITE_*` variables are read. */
  env: Record<string, string | undefined>
  logger: Logger
}

/** The bundler's side of the plugin: what differs between Rollup and Vite. */
export interface Host {
  /** Called once the bundler's options are known. */
  onOptions?(options: InputOptions): void
  /** Called when a build has ended. */
  environment(context: HookContext): BuildEnvironment
}

// The bundlers' own types of a plugin do not fit each other. What follows are the parts that this plugin uses,
// in shapes to which all of them can be assigned.

export interface InputOptions {
  logLevel?: unknown
}

export interface HookContext {
  meta: { watchMode: boolean }
  info?(message: string): void
}

export interface OutputOptions {
  dir?: string | undefined
  file?: string | undefined
}

export interface OutputFile {
  type: 'chunk' | 'asset'
  fileName: string
  isEntry?: boolean
}

export type OutputBundle = Record<string, OutputFile>

/** A hook that runs after those of all other plugins, and only once they are done. */
export interface LastHook<Handler> {
  order: 'post'
  sequential: true
  handler: Handler
}

/** The plugin by the hooks it has: a Rollup, Rolldown and Vite plugin at once. */
export interface ByteNitePlugin {
  name: string
  options: { order: 'post'; handler(options: InputOptions): null }
  renderStart(): void
  buildEnd(error?: Error): void
  renderError(error?: Error): void
  generateBundle: { order: 'post'; handler(options: OutputOptions, bundle: OutputBundle, isWrite: boolean): void }
  writeBundle: LastHook<(options: OutputOptions, bundle: OutputBundle) => void>
  closeBundle: LastHook<(this: HookContext, error?: Error) => Promise<void>>
}
