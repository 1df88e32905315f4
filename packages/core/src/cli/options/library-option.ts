import { readFileSync } from 'node:fs'
import type { Option } from '../../command-line/arguments.js'
import { UsageError } from '../../command-line/usage-error.js'

/** An option of the library on the command line. Its name is its path in the options, such as `manifest.name`. */
interface LibraryOption extends Option {
  /** What its text stands for; `off` for a switch of which only the negation means something. @default text, or `true` */
  kind?: 'number' | 'json' | 'off'
}

export type LibraryOptions = Readonly<Record<string, LibraryOption>>

/**
 * The options of the library that a command line has set.
 * @param table the options that it may have
 * @throws {UsageError}
 */
export function readLibraryOptions(values: Readonly<Record<string, unknown>>, table: LibraryOptions): Record<string, unknown> {
  const options: Record<string, unknown> = {}
  for (const [name, option] of Object.entries(table)) {
    const value = values[name]
    if (value === undefined || (value === true && option.kind === 'off')) continue
    set(options, name, typeof value === 'string' ? convert(name, value, option) : value)
  }
  return options
}

function convert(name: string, text: string, { kind, negatable }: LibraryOption): unknown {
  // As in a config: record: false
  if (negatable === true && text === 'false') return false
  if (kind === 'number') return readNumber(name, text)
  return kind === 'json' ? readJson(name, text) : text
}

function readNumber(name: string, text: string): number {
  const number = Number(text.replaceAll('_', ''))
  if (text.trim() !== '' && Number.isFinite(number)) return number
  throw new UsageError(`--${name} is ${JSON.stringify(text)}; expected a number.`)
}

/** JSON, or the name of a file with it, which ends in `.json`. */
function readJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text.endsWith('.json') ? readFileSync(text, 'utf8') : text) as unknown
  } catch (error) {
    throw new UsageError(`--${name} cannot be read as JSON: ${(error as Error).message}`, { cause: error })
  }
}

function set(options: Record<string, unknown>, name: string, value: unknown): void {
  const [first = '', ...rest] = name.split('.')
  if (rest.length === 0) {
    if (typeof options[first] === 'object') throw contradiction(first)
    // A switch such as --smoke only turns on what others describe.
    options[first] = value
    return
  }
  const inner = options[first]
  if (inner === false) throw contradiction(first)
  const outer = typeof inner === 'object' ? (inner as Record<string, unknown>) : {}
  options[first] = outer
  set(outer, rest.join('.'), value)
}

function contradiction(name: string): UsageError {
  return new UsageError(`--no-${name} and --${name}.… contradict each other.`)
}
