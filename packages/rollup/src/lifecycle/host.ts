import type { BuildOutcome } from './build-state.js'
import type { HookContext, InputOptions } from './hooks.js'
import type { BuildEnvironment } from '../publishing/environment.js'

/** What differs from one bundler, or tool around a bundler, to another. */
export interface Host {
  /**
   * File name in the output, relative to the output directory and with `/`, of an asset that counts as the build's entry:
   * for builds whose app is not a chunk, such as a Python script.
   * @default none: entries are the chunks that the bundler calls entries
   */
  entryAsset?: string | undefined
  /**
   * Source of the app's entry, absolute, where no module of the build is that, by which its project is found.
   * @default none
   */
  entrySource?(): string | undefined
  /** Called before each build, with the bundler's options as all plugins have left them. */
  onOptions?(options: InputOptions): void
  /** Called each time a build begins, and each time a build, or what `gather` gathered, is acted on. */
  environment(context: HookContext): BuildEnvironment
  /**
   * The directories that a build is about to write to, absolute or relative to the root; none if it writes nothing. Until it is
   * published, other processes publish none of them.
   * @default those that the bundler's options name when the build begins, and when it renders
   */
  outputDirectories?(context: HookContext): readonly string[]
  /**
   * Decides when to publish, if several builds make up one app. Called with the outcome of each build as it ends.
   * What it returns is published as one archive at once, within that build, so that a failed publish fails it. If it returns
   * `undefined`, nothing happens: the host keeps the outcome until it has all of them, and then returns them from a later
   * call or hands them to `conclude` of the lifecycle. Builds with the same `buildName` that overlap have one outcome.
   * @param buildName Vite's name of the environment that was built; `''` in bundlers that have no environments
   * @default every build is published by itself
   */
  gather?(buildName: string, outcome: BuildOutcome, isWatching: boolean): readonly BuildOutcome[] | undefined
}
