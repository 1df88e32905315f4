import type { Logger } from 'bytenite-uploader'
import type { FinishingHost } from 'bytenite-uploader/internal'

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
  /**
   * The framework that still writes to the output, or elsewhere, after this build: nothing is packed or published then, and a
   * warning tells what to do.
   * @default none
   */
  finishedBy?: FinishingHost | undefined
  /** Put before the message of an error that fails the build; empty if the bundler prints the plugin's name itself. */
  errorPrefix: string
}
