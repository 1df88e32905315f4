import { RunnerError } from '../runner-error.js'

export interface PassedVariables {
  /** The content of a file, `NAME=value` a line. */
  file: string
  /** Variables that the engine's command gets itself, and passes on by their names. */
  byName: Record<string, string>
}

/** Bytes of the longest line that engines read. */
const MAX_LINE = 60_000

/** Names that mean nothing to an engine, nor to what starts it: unlike `LD_PRELOAD`, say. */
const HARMLESS = /_(?:PARAMS|KEY|TOKEN|SECRET|PEM|CREDENTIALS)$/

/**
 * How variables get into a container without standing in a command line, which everybody on this machine can read.
 * @throws {RunnerError} for one that cannot be passed on
 */
export function passVariables(variables: Readonly<Record<string, string>>): PassedVariables {
  const passed: PassedVariables = { file: '', byName: {} }
  for (const [name, value] of Object.entries(variables)) {
    const line = `${name}=${value}\n`
    if (!/[\r\n]/.test(value) && Buffer.byteLength(line) < MAX_LINE) passed.file += line
    else if (HARMLESS.test(name)) passed.byName[name] = value
    else {
      throw new RunnerError(
        `The variable ${name} has several lines, or more than ${MAX_LINE} bytes. A container gets such a variable only if its name ends in ` +
          `_KEY, _TOKEN, _SECRET, _PEM or _CREDENTIALS: store the secret under such an ID.`,
      )
    }
  }
  return passed
}
