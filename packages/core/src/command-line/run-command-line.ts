import { messageOf, withDocs } from '../errors.js'
import { nearestName } from '../utils/option-names.js'
import { hasSwitch } from './arguments.js'
import type { Command } from './command.js'
import { formatHelp, optionSections, type Row } from './help.js'
import { UsageError } from './usage-error.js'

/** A program with commands. */
export interface Program {
  /** As it is typed. */
  name: string
  summary: string
  version: string
  commands: Readonly<Record<string, Command>>
  /** Lines below the help of all commands, by their titles. @default none */
  notes?: Readonly<Record<string, readonly Row[]>> | undefined
  /** How an error is printed, after the program's name. @default its message, and where the documentation explains it */
  describe?: ((error: Error) => string) | undefined
  /** The exit code for an error that is no mistake on the command line. @default 1 */
  exitCodeOf?: ((error: unknown) => number) | undefined
}

/** Runs one command of a program. What it throws is printed, and sets the exit code of this process: 2 for a wrong command line. */
export async function runCommandLine(program: Program, argv: readonly string[]): Promise<void> {
  const [word = '', ...parameters] = argv
  try {
    await run(program, word, parameters)
  } catch (error) {
    const { name, commands, describe = explain, exitCodeOf = () => 1 } = program
    console.error(`${name}: ${describe(error as Error)}`)
    if (error instanceof UsageError) console.error(`See "${name} ${Object.hasOwn(commands, word) ? `${word} ` : ''}--help".`)
    process.exitCode = error instanceof UsageError ? 2 : exitCodeOf(error)
  }
}

function explain(error: Error): string {
  return withDocs(messageOf(error), error)
}

async function run(program: Program, word: string, parameters: readonly string[]): Promise<void> {
  if (word === '') {
    console.error(helpOfAll(program))
    process.exitCode = 2
  } else if (word === '--help' || word === '-h') console.log(helpOfAll(program))
  else if (word === '--version' || word === '-v') console.log(versionLine(program))
  else {
    const command = findCommand(program, word)
    if (hasSwitch(parameters, '--help', '-h')) console.log(helpOf(program, word, command))
    else await command.run(parameters)
  }
}

function findCommand({ commands }: Program, word: string): Command {
  const command = Object.hasOwn(commands, word) ? commands[word] : undefined
  if (command !== undefined) return command
  const names = Object.keys(commands)
  if (word.startsWith('-')) throw new UsageError(`The command comes before its options. Commands: ${names.join(', ')}.`)
  const suggestion = nearestName(word, names)
  throw new UsageError(
    `Unknown command "${word}". ${suggestion === undefined ? `Commands: ${names.join(', ')}.` : `Did you mean "${suggestion}"?`}`,
  )
}

function helpOfAll({ name, summary, commands, notes }: Program): string {
  return formatHelp(summary, `${name} <command> [options]`, {
    Commands: Object.entries(commands).map(([command, { usage, summary: what }]) => [`${command} ${usage}`, what] as const),
    Options: [
      ['-h, --help', "Show this help, or a command's"],
      ['-v, --version', 'Show the version'],
    ],
    Examples: Object.values(commands).flatMap(({ examples }) => examples.slice(0, 1).map((example) => [example, ''] as const)),
    ...notes,
  })
}

function helpOf({ name }: Program, word: string, { usage, summary, options, examples }: Command): string {
  return formatHelp(summary, `${name} ${word} ${usage}`, {
    ...optionSections(options),
    Examples: examples.map((example) => [example, ''] as const),
  })
}

function versionLine({ name, version }: Program): string {
  return `${name}/${version} ${process.platform}-${process.arch} node-${process.version}`
}
