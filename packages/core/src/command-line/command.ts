import type { Options } from './arguments.js'

/** A command of a program. */
export interface Command {
  /** Its parameters, as the usage line shows them. */
  usage: string
  summary: string
  options: Options
  examples: readonly string[]
  /** @throws {UsageError} when the command line is wrong */
  run(argv: readonly string[]): Promise<void>
}
