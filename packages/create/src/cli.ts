import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { cancel, intro, outro } from '@clack/prompts'
import { cac } from 'cac'
import { ask, defaults, type Answers } from './ask.js'
import { create, type Created, type CreateOptions } from './create.js'
import { commandFor } from './package-manager.js'
import { TEMPLATES, type TemplateName } from './templates.js'

/** What a shell says of a process that Ctrl-C ended. */
const INTERRUPTED = 130

interface Flags {
  template?: string | number
  name?: string | number
  container?: string | number
  packageManager?: string | number
  yes?: boolean
  git?: boolean
  force?: boolean
}

/** Reads the command line, asks for what it leaves out if somebody is there, and starts the project. */
export async function runCli(argv: string[], signal: AbortSignal): Promise<number> {
  const cli = cac('create-bytenite-app')
  cli
    .command('[directory]', 'Start a ByteNite app from a template')
    .option('--template <name>', `One of ${Object.keys(TEMPLATES).join(', ')}`)
    .option('--name <name>', "The app's name (default: made of the directory's name)")
    .option('--container <image>', "The image it runs in (default: the template's)")
    .option('--package-manager <name>', 'npm, pnpm, yarn or bun (default: the one in use)')
    .option('--yes', 'Ask nothing')
    .option('--git', 'Make a git repository')
    .option('--force', 'Go on in a directory that is not empty; files of the same name are set aside')
    .action((directory: string | undefined, flags: Flags) => start(directory, flags, signal))
  cli.help()
  cli.version(readVersion())
  cli.parse(argv, { run: false })
  return ((await cli.runMatchedCommand()) as number | undefined) ?? 0
}

async function start(directory: string | undefined, flags: Flags, signal: AbortSignal): Promise<number> {
  const given = withoutUndefined({
    directory: textOf(directory),
    template: textOf(flags.template),
    name: textOf(flags.name),
    git: flags.git,
  })
  const isTerminal = Boolean(process.stdin.isTTY && process.stdout.isTTY) && flags.yes !== true
  if (isTerminal) intro('A new ByteNite app')
  const answers = isTerminal ? await ask(given, flags.force === true, signal) : defaults(given)
  if (answers === undefined) {
    cancel('Nothing was written.')
    return INTERRUPTED
  }
  const created = await create({
    ...answers,
    // What is none of them is an error with their names.
    template: answers.template as TemplateName,
    container: textOf(flags.container),
    packageManager: textOf(flags.packageManager) as CreateOptions['packageManager'],
    force: flags.force,
    signal,
  })
  const text = report(created)
  if (isTerminal) outro(text)
  else console.log(text)
  return 0
}

/** What is there now, and what to type next. */
function report({ directory, name, template, packageManager, files, setAside }: Created): string {
  const path = relative('', directory)
  const next = [
    ...(path === '' ? [] : [`cd ${/[^\w./\\:-]/.test(path) ? JSON.stringify(path) : path}`]),
    commandFor(packageManager, 'install'),
    `${commandFor(packageManager, 'dev')}    # builds it, and runs one task on a platform of its own`,
    `${commandFor(packageManager, 'push')}   # publishes it; needs BYTENITE_API_KEY`,
  ]
  return [
    `${name} is in ${path === '' ? 'this directory' : path}: ${files.length} files, from the template ${template}.`,
    ...setAside.map(({ from, to }) => `${from} was there already; yours is now ${to}.`),
    'Next:',
    ...next.map((line) => `  ${line}`),
  ].join('\n')
}

function withoutUndefined(values: { [key in keyof Answers]: Answers[key] | undefined }): Partial<Answers> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

/** A flag's text; what looks like a number was made one. */
function textOf(value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  return version
}
