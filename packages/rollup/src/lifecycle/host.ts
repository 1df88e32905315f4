import type { BuildOutcome } from './build-state.js'
import type { HookContext, InputOptions } from './hooks.js'

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
  /** Whether the user wants no more than warnings. */
  isQuiet: boolean
  /** A tool that only borrows the project's config for an output of its own, by its name. */
  reusedBy?: string | undefined
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
