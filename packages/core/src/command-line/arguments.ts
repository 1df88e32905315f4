import { parseArgs } from 'node:util'
import { nearestName } from '../utils/option-names.js'
import { UsageError } from './usage-error.js'

export interface Option {
  /** Placeholder for its value, such as `<port>`. An option without one is a switch. */
  value?: string
  /** One letter, for those who type it often. */
  short?: string
  /** Whether it may be repeated. If not, the last of several values wins. */
  multiple?: true
  /** Whether `--no-NAME` sets it to `false`, and a switch may be written as `--NAME=true` or `--NAME=false`. */
  negatable?: true
  /** For the help. */
  description: string
  default?: string
  /** Heading in the help. @default 'Options' */
  group?: string
}

/** Options by their long names. */
export type Options = Readonly<Record<string, Option>>

type Values<Table extends Options> = {
  [Name in keyof Table]: Table[Name] extends { multiple: true }
    ? string[] | undefined
    : Table[Name] extends { value: string }
      ? string | (Table[Name] extends { negatable: true } ? false : never) | (Table[Name] extends { default: string } ? never : undefined)
      : boolean | undefined
}

export interface Arguments<Table extends Options> {
  values: Values<Table>
  /** Words before `--` that belong to no option. */
  positionals: string[]
  /** Words after `--`. */
  rest: string[]
  /** Whether there is a `--`. */
  hasRest: boolean
}

/**
 * Parses a command line strictly. Every value stays text: `1.10` does not become a number.
 * @throws {UsageError} for an unknown option, a missing value, or a value given to a switch
 */
export function parseArguments<const Table extends Options>(argv: readonly string[], options: Table): Arguments<Table> {
  const end = endOfOptions(argv)
  const { values, positionals, tokens } = parseArgs({
    args: argv.slice(0, end),
    options: Object.fromEntries(
      Object.entries(options).map(([name, { value, short, multiple = false, default: fallback }]) => [
        name,
        {
          type: value === undefined ? ('boolean' as const) : ('string' as const),
          multiple,
          ...(short !== undefined && { short }),
          ...(fallback !== undefined && { default: fallback }),
        },
      ]),
    ),
    allowPositionals: true,
    // Its own strict mode explains mistakes less well, and cannot suggest a name.
    strict: false,
    tokens: true,
  })
  const switched: Record<string, boolean> = {}
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const negated = negatedName(token, options)
    if (negated !== undefined) switched[negated] = false
    else if (isWrittenOut(token, options)) switched[token.name] = token.value === 'true'
    else {
      checkOption(token, options)
      delete switched[token.name]
    }
  }
  return { values: { ...values, ...switched } as Values<Table>, positionals, rest: argv.slice(end + 1), hasRest: end < argv.length }
}

/** Whether a command line has one of these switches, such as `--help`, whatever else is wrong with it. */
export function hasSwitch(argv: readonly string[], ...switches: readonly string[]): boolean {
  return argv.slice(0, endOfOptions(argv)).some((word) => switches.includes(word))
}

function endOfOptions(argv: readonly string[]): number {
  return argv.includes('--') ? argv.indexOf('--') : argv.length
}

/** `--no-record` → `record` */
function negatedName({ name, value }: OptionToken, options: Options): string | undefined {
  const positive = name.replace(/^no-/, '')
  return positive !== name && value === undefined && own(options, positive)?.negatable === true ? positive : undefined
}

/** `--activate=false` */
function isWrittenOut({ name, value }: OptionToken, options: Options): boolean {
  const option = own(options, name)
  return option?.value === undefined && option?.negatable === true && (value === 'true' || value === 'false')
}

function own(options: Options, name: string): Option | undefined {
  return Object.hasOwn(options, name) ? options[name] : undefined
}

interface OptionToken {
  name: string
  /** As typed, but without a value: that could be a secret. */
  rawName: string
  value?: string | undefined
  inlineValue?: boolean | undefined
}

function checkOption({ name, rawName, value, inlineValue }: OptionToken, options: Options): void {
  const option = own(options, name)
  if (option === undefined) {
    const suggestion = nearestName(name, Object.keys(options))
    throw new UsageError(`Unknown option "${rawName}".${suggestion === undefined ? '' : ` Did you mean "--${suggestion}"?`}`)
  }
  if (option.value === undefined) {
    if (value !== undefined) throw new UsageError(`Option "${rawName}" does not take a value.`)
    return
  }
  const isNextOption = inlineValue !== true && value?.startsWith('-') && value !== '-'
  if (!value || isNextOption) {
    const { value: placeholder } = option
    throw new UsageError(
      `Option "${rawName}" needs a value: ${rawName} ${placeholder}, or ${rawName}=${placeholder} for one that starts with "-".`,
    )
  }
}
