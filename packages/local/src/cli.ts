import { hasSwitch } from './cli/arguments.js'
import type { Command } from './cli/command.js'
import { dev } from './cli/dev.js'
import { gc } from './cli/gc.js'
import { formatHelp, HELP_ROW, optionRows } from './cli/help.js'
import { key } from './cli/key.js'
import { abort } from './cli/abort.js'
import { job } from './cli/job.js'
import { jobs } from './cli/jobs.js'
import { logs } from './cli/logs.js'
import { open } from './cli/open.js'
import { report } from './cli/report.js'
import { rerun } from './cli/rerun.js'
import { run } from './cli/run.js'
import { serve } from './cli/serve.js'
import { UsageError } from './cli/usage-error.js'
import { readVersion } from './utils/version.js'
import { messageOf } from 'bytenite-uploader/internal'
import { nearestName } from 'bytenite-uploader/internal/option-names'

const COMMANDS: Readonly<Record<string, Command>> = { serve, key, gc, run, dev, jobs, job, logs, abort, rerun, report, open }
const [name = '', ...parameters] = process.argv.slice(2)

try {
  await runCommandLine()
} catch (error) {
  console.error(`bytenite-local: ${messageOf(error as Error)}`)
  if (error instanceof UsageError) console.error(`See "bytenite-local ${Object.hasOwn(COMMANDS, name) ? `${name} ` : ''}--help".`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}

async function runCommandLine(): Promise<void> {
  if (name === '') {
    console.error(helpOfAll())
    process.exitCode = 2
  } else if (name === '--help' || name === '-h') console.log(helpOfAll())
  else if (name === '--version' || name === '-v') console.log(versionLine())
  else {
    const command = findCommand()
    if (hasSwitch(parameters, '--help', '-h')) console.log(helpOf(command))
    else await command.run(parameters)
  }
}

function findCommand(): Command {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command !== undefined) return command
  const names = Object.keys(COMMANDS)
  if (name.startsWith('-')) throw new UsageError(`The command comes before its options. Commands: ${names.join(', ')}.`)
  const suggestion = nearestName(name, names)
  throw new UsageError(
    `Unknown command "${name}". ${suggestion === undefined ? `Commands: ${names.join(', ')}.` : `Did you mean "${suggestion}"?`}`,
  )
}

function helpOfAll(): string {
  const commands = Object.entries(COMMANDS).map(([command, { usage, summary }]) => [`${command} ${usage}`, summary] as const)
  return formatHelp('The ByteNite platform on one machine', 'bytenite-local <command> [options]', {
    Commands: commands,
    Options: [
      ['-h, --help', "Show this help, or a command's"],
      ['-v, --version', 'Show the version'],
    ],
    Examples: Object.values(COMMANDS).flatMap(({ examples }) => examples.slice(0, 1).map((example) => [example, ''] as const)),
  })
}

function helpOf({ usage, summary, options, examples }: Command): string {
  return formatHelp(summary, `bytenite-local ${name} ${usage}`, {
    Options: [...optionRows(options), HELP_ROW],
    Examples: examples.map((example) => [example, ''] as const),
  })
}

function versionLine(): string {
  return `bytenite-local/${readVersion()} ${process.platform}-${process.arch} node-${process.version}`
}
