import { plainText } from '../../plain-text.js'
import { plainJson } from '../../utils/plain-json.js'
import type { Logger } from '../../utils/logger.js'

/** Where a command prints. */
export interface Screen {
  /** Whether the user wants only what was asked for. */
  readonly isQuiet: boolean
  /** Prints a line that says what happens. Left out if the user wants quiet. */
  say(line: string): void
  /** Prints what the user asked for. */
  data(line: string): void
  /** Prints something that does not stop the command, to the standard error. */
  warn(message: string): void
  /** Prints the result as JSON, if that is wanted. Then, nothing else goes to the standard output. */
  result(json: unknown): void
  /** For the library. */
  logger: Logger
}

export function createScreen({ json = false, quiet = false }: { json?: boolean | undefined; quiet?: boolean | undefined }): Screen {
  const out = json ? console.error : console.log
  const say = (line: string): void => {
    if (!quiet) out(line)
  }
  return {
    isQuiet: quiet,
    say: (line) => say(plainText(line)),
    data: (line) => (json ? say(plainText(line)) : console.log(plainText(line))),
    warn: (message) => console.error(plainText(`warning: ${message}`)),
    result(value) {
      if (json) console.log(plainJson(value))
    },
    // The library has made its lines safe already, and may have coloured them.
    logger: { info: say, warn: (message) => console.error(message), error: (message) => console.error(message) },
  }
}
