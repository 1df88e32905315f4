import type { Logger } from 'bytenite-uploader'

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
