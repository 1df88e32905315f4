import type { PublishOptions } from 'bytenite-uploader'
import type { BuildOutcome } from './build-state.js'

/** Options of the plugin: those of `publish()` that a build does not answer itself, and when to publish. */
export interface ByteNiteOptions
  extends Pick<
    PublishOptions,
    'manifest' | 'include' | 'exclude' | 'archiveFile' | 'record' | 'apiKey' | 'accessToken' | 'apiUrl'
  > {
  /**
   * When a successful build is published.
   * - `'auto'`: when credentials are found, but never in a pull request's job; else it is packed only
   * - `true`: always; missing credentials fail the build
   * - `false`: never; it is packed only
   * @default BYTENITE_PUBLISH, else 'auto'
   */
  publish?: 'auto' | boolean | undefined
  /**
   * Whether each successful rebuild of a watcher is published. A newer build supersedes a publish that is still
   * running; one that fails is logged, whatever `onError` says, and the watcher goes on.
   * @default false
   */
  watch?: boolean | undefined
  /**
   * What a publish that fails does to the build.
   * - `'fail'`: the build fails
   * - `'warn'`: the build succeeds, with a warning
   * - a function: it decides; the build fails with what it throws
   * @default 'fail'
   */
  onError?: 'fail' | 'warn' | ((error: Error) => void | Promise<void>) | undefined
}

/** Where a plugin's messages go. */
export interface Logger {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

/** What the bundler knows about the build by the time it ends. */
export interface BuildEnvironment {
  /** The project's root; absolute. */
  root: string
  /** Where `BYTENITE_*` variables are read. */
  env: Record<string, string | undefined>
  logger: Logger
  /** A tool that only borrows the project's config for an output of its own, by its name. */
  borrowedBy?: string | undefined
  /** What an error's message starts with, where the bundler does not name the plugin itself. */
  errorPrefix: string
}

/** The bundler's side of the plugin: what differs between Rollup and Vite. */
export interface Host {
  /** Called once the bundler's options are known. */
  onOptions?(options: InputOptions): void
  /** Called when a build has ended. */
  environment(context: HookContext): BuildEnvironment
  /**
   * Takes the outcome of one build, where several make up one publish.
   * @returns the outcomes to act on now; `undefined` when there is more to come
   */
  gather?(environmentName: string, outcome: BuildOutcome, isWatching: boolean): readonly BuildOutcome[] | undefined
}

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
  options: { order: 'post'; handler(this: HookContext, options: InputOptions): null }
  buildStart(this: HookContext): void
  renderStart(this: HookContext): void
  buildEnd(this: HookContext, error?: Error): void
  renderError(this: HookContext, error?: Error): void
  generateBundle: {
    order: 'post'
    handler(this: HookContext, options: OutputOptions, bundle: OutputBundle, isWrite: boolean): void
  }
  writeBundle: LastHook<(this: HookContext, options: OutputOptions, bundle: OutputBundle) => void>
  closeBundle: LastHook<(this: HookContext, error?: Error) => Promise<void>>
  closeWatcher(this: HookContext): Promise<void>
}
