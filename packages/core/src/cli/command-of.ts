import { hasSwitch, parseArguments, type Arguments, type Options } from '../command-line/arguments.js'
import type { Command } from '../command-line/command.js'
import { UsageError } from '../command-line/usage-error.js'
import { stoppable } from '../command-line/stoppable.js'
import { docsOf, isByteNiteError, messageOf } from '../errors.js'
import { EXIT_CODES, exitCodeOf } from './exit-codes.js'
import { createScreen, type Screen } from './output/screen.js'

/** A command's parsed line, where it prints, and what stops it. */
export interface Context<Table extends Options> extends Arguments<Table> {
  screen: Screen
  signal: AbortSignal
}

interface Description<Table extends Options> extends Omit<Command, 'run' | 'options'> {
  options: Table
  /** Its code is loaded only when it runs. */
  run(context: Context<Table>): Promise<void>
}

/** A command of this program. With `--json`, an error is printed as JSON, too. */
export function commandOf<const Table extends Options>({ run, ...description }: Description<Table>): Command {
  return {
    ...description,
    async run(argv) {
      const screen = createScreen({ json: hasSwitch(argv, '--json'), quiet: hasSwitch(argv, '--quiet', '-q') })
      try {
        const parsed = parseArguments(argv, description.options)
        await stoppable((signal) => run({ ...parsed, screen, signal }))
      } catch (error) {
        screen.result({ error: errorFacts(error as Error) })
        throw error
      }
    },
  }
}

function errorFacts(error: Error): object {
  const isOurs = isByteNiteError(error)
  const exitCode = error instanceof UsageError ? EXIT_CODES.usage : exitCodeOf(error)
  return { code: isOurs ? error.code : null, message: messageOf(error), docs: docsOf(error) ?? null, exitCode }
}
