import type { BuildOutcome } from './build-state.js'
import type { HookContext, InputOptions } from './hooks.js'

/** Where a plugin's messages go, one per call and without a line break at the end. */
export interface Logger {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

/** What a host knows about the project once a build has ended. */
export interface BuildEnvironment {
  /** The project's root, absolute: relative output directories and `package.json` are looked up here. */
  root: string
  /** Where `BYTENITE_*` and other variables are read, such as `process.env`. */
  env: Record<string, string | undefined>
  logger: Logger
  /** Whether the user wants to see warnings and errors only. A progress bar is not drawn then, as it bypasses the logger. */
  isQuiet: boolean
  /**
   * Name of a tool that runs the project's config to build something of its own, such as a component catalogue.
   * Nothing is packed or published then, whatever the options, and one line says so.
   * @default none
   */
  reusedBy?: string | undefined
  /** Put before the message of an error that fails the build; empty if the bundler prints the plugin's name itself. */
  errorPrefix: string
}

/** What differs from one bundler, or tool around a bundler, to another. */
export interface Host {
  /**
   * File name in the output, relative to the output directory and with `/`, of an asset that counts as the build's entry:
   * for builds whose app is not a chunk, such as a Python script.
   * @default none: entries are the chunks that the bundler calls entries
   */
  entryAsset?: string | undefined
  /** Called before each build, with the bundler's options as all plugins have left them. */
  onOptions?(options: InputOptions): void
  /** Called each time a build, or what `gather` gathered, is acted on. */
  environment(context: HookContext): BuildEnvironment
  /**
   * Decides when to publish, if several builds make up one app. Called with the outcome of each build as it ends.
   * What it returns is published as one archive at once, within that build, so that a failed publish fails it. If it returns
   * `undefined`, nothing happens: the host keeps the outcome until it has all of them, and then returns them from a later
   * call or hands them to `conclude` of the lifecycle. Builds with the same `buildName` must not overlap.
   * @param buildName Vite's name of the environment that was built; `''` in bundlers that have no environments
   * @default every build is published by itself
   */
  gather?(buildName: string, outcome: BuildOutcome, isWatching: boolean): readonly BuildOutcome[] | undefined
}
