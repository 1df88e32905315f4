import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { cancel, intro, outro } from '@clack/prompts'
import { hasSwitch, parseArguments, type Options } from './cli/arguments.js'
import { ask, defaults, type Answers } from './cli/ask.js'
import { formatHelp, optionRows } from './cli/help.js'
import { quoteForShell } from './cli/quote.js'
import { plainText } from './cli/plain-text.js'
import { UsageError } from './cli/usage-error.js'
import { create, type CreateOptions, type CreateResult } from './create.js'
import { commandFor } from './project/package-manager.js'
import { TEMPLATES, type TemplateName } from './project/templates.js'

/** What a shell reports for a process that Ctrl-C ended. */
const INTERRUPTED = 130

const OPTIONS = {
  template: { value: '<name>', description: 'Template to start from (default: hello-world)' },
  name: { value: '<name>', description: "Name of the app (default: based on the directory's name)" },
  container: { value: '<image>', description: "Image to run the app in (default: the template's)" },
  'package-manager': { value: '<name>', description: 'npm, pnpm, yarn or bun (default: the one in use)' },
  yes: { description: 'Ask nothing and use the defaults' },
  git: { description: 'Create a git repository' },
  'no-git': { description: 'Create no git repository, and do not ask' },
  force: { description: 'Allow a directory that is not empty; files in the way are renamed' },
} satisfies Options

/**
 * Parses the command line, asks for the missing values on a terminal, and creates the project.
 * @returns the exit code
 * @throws {UsageError} when the command line is wrong
 * @throws {CreateError} when there is no new project
 */
export async function runCli(argv: readonly string[], signal: AbortSignal): Promise<number> {
  if (hasSwitch(argv, '--help', '-h')) {
    console.log(help())
    return 0
  }
  if (hasSwitch(argv, '--version', '-v')) {
    console.log(`create-bytenite-app/${readVersion()} ${process.platform}-${process.arch} node-${process.version}`)
    return 0
  }
  const { values, positionals, rest } = parseArguments(argv, OPTIONS)
  // Package managers other than npm pass it on.
  if (rest[0]?.startsWith('-')) throw new UsageError(`Leave out the "--" before "${rest[0]}".`)
  const [directory, unexpected] = [...positionals, ...rest]
  if (unexpected !== undefined) throw new UsageError(`Unexpected argument "${unexpected}". Quote a directory name that contains spaces.`)
  const { template, name, container, yes, git, 'no-git': noGit, force } = values
  const given = withoutUndefined({ directory, template, name, git: noGit ? false : git })
  const isTerminal = Boolean(process.stdin.isTTY && process.stdout.isTTY) && !yes
  if (isTerminal) intro('A new ByteNite app')
  const answers = isTerminal ? await ask(given, force === true, signal) : defaults(given)
  if (answers === undefined) {
    cancel('Nothing was written.')
    return INTERRUPTED
  }
  const result = await create({
    ...answers,
    // Unknown names are refused there.
    template: answers.template as TemplateName,
    container,
    packageManager: values['package-manager'] as CreateOptions['packageManager'],
    force,
    signal,
  })
  const text = report(result)
  if (isTerminal) outro(text)
  else console.log(text)
  return 0
}

/** What was created, and the commands to type next, safe to print. */
function report({ directory, name, template, packageManager, files, setAside }: CreateResult): string {
  const path = relative('', directory)
  const next = [
    ...(path === '' ? [] : [`cd ${quoteForShell(path)}`]),
    commandFor(packageManager, 'install'),
    `${commandFor(packageManager, 'dev')}    # build it and run it on a sample, and again on each save`,
    `${commandFor(packageManager, 'push')}   # publish it; needs BYTENITE_API_KEY`,
  ]
  const lines = [
    `Created ${name} in ${path === '' ? 'this directory' : path}: ${files.length} files from the template ${template}.`,
    ...setAside.map(({ from, to }) => `Renamed your ${from} to ${to}.`),
    'Next:',
    ...next.map((line) => `  ${line}`),
  ]
  return lines.map((line) => plainText(line)).join('\n')
}

function withoutUndefined(values: { [key in keyof Answers]: Answers[key] | undefined }): Partial<Answers> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

function help(): string {
  return formatHelp('Start a ByteNite app from a template', 'create-bytenite-app [directory] [options]', {
    Options: [...optionRows(OPTIONS), ['-h, --help', 'Show this help'], ['-v, --version', 'Show the version']],
    Templates: Object.entries(TEMPLATES),
    Examples: [
      ['npm create bytenite-app@latest', ''],
      ['npm create bytenite-app@latest my-app -- --template python --yes', ''],
    ],
  })
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  return version
}
