import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArguments, type Command } from 'bytenite-uploader/internal/command-line'
import { packages } from '../helpers/packages.ts'
import { run } from '../helpers/process.ts'
import { createBin } from '../helpers/programs.ts'
import { repository } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { commandsOf, type ShellCommand } from './shell-commands.ts'

/** Commands of others, and why nothing is asked of their words. */
const OTHERS: Readonly<Record<string, string>> = {
  'apt-get': "the system's",
  cd: "the shell's",
  chmod: "the system's",
  curl: 'run with the block by test/edges/documented-requests.test.ts',
  dd: "the system's",
  journalctl: "the system's",
  mkdir: "the system's",
  munged: 'started in the same way by test/helpers/slurm-cluster.ts',
  node: 'run with the block',
  sed: 'run with the block',
  slurmctld: 'started by test/helpers/slurm-cluster.ts',
  slurmd: 'started by test/helpers/slurm-cluster.ts',
  systemctl: "the system's",
  // Bundlers and frameworks, in scripts and after `--`.
  astro: 'built with this script by test/frameworks',
  rollup: 'its one option is a config',
  vite: 'its one word is `build`',
}

/** Variables of an example's own. */
const OWN_VARIABLES = new Set(['SLURM_CONF', 'TOKEN'])

const { packageManager, scripts: rootScripts } = readPackage('package.json')
const lockfile = readFileSync(join(repository, 'pnpm-lock.yaml'), 'utf8')
const ourNames = new Set(packages.map((folder) => readPackage(`packages/${folder}/package.json`).name))
const examples = readdirSync(join(repository, 'examples')).filter((name) => existsSync(join(repository, 'examples', name, 'package.json')))
const documentedVariables = readFileSync(join(repository, 'packages/core/docs/options.md'), 'utf8')

interface PackageJson {
  name: string
  packageManager?: string
  scripts: Record<string, string>
}

function readPackage(path: string): PackageJson {
  return JSON.parse(readFileSync(join(repository, path), 'utf8')) as PackageJson
}

/**
 * What is wrong with the commands of a script: programs, commands and options of ours that do not exist, and whatever nobody knows.
 * @param page where it stands
 */
export async function findMistakes(script: string, page: string): Promise<string[]> {
  const mistakes: string[] = []
  for (const { variables, words } of commandsOf(script)) {
    const problem = mistakeIn(words, page, variables)
    await problem.catch((error: unknown) => mistakes.push(`${words.join(' ')}: ${(error as Error).message}`))
  }
  return mistakes
}

async function mistakeIn(words: readonly string[], page: string, variables: ShellCommand['variables'] = []): Promise<void> {
  for (const name of variables) checkVariable(name)
  const [program = '', ...parameters] = words
  if (program === '') return
  if (program === 'export') return parameters.forEach((word) => checkVariable(word.split('=')[0] ?? ''))
  if (program === 'sudo') return mistakeIn(parameters[0] === '-u' ? parameters.slice(2) : parameters, page)
  if (program === 'npx') return checkNpx(parameters, page)
  if (program === 'npm') return checkNpm(parameters, page)
  if (program === 'pnpm') return checkScript(parameters.slice(parameters.indexOf('run') + 1), page)
  if (program === 'bytenite-uploader' || program === 'bytenite-local') return checkOurs(program, parameters, page)
  if (program === 'vitest') return checkVitest(parameters)
  if (OTHERS[program] === undefined) throw new Error('No rule covers this command: add one, or name it among those of others.')
}

function checkVariable(name: string): void {
  if (!OWN_VARIABLES.has(name) && !documentedVariables.includes(`\`${name}\``)) throw new Error(`No option has the variable ${name}.`)
}

async function checkNpx(words: readonly string[], page: string): Promise<void> {
  if (words[0] !== '-y') {
    if (!existsSync(join(repository, 'node_modules/.bin', words[0] ?? ''))) throw new Error('npx finds no program of this name.')
    return mistakeIn(words, page)
  }
  const [, manager, script = ''] = words
  if (manager !== packageManager) throw new Error(`The version of pnpm is ${packageManager}.`)
  if (rootScripts[script] === undefined) throw new Error(`package.json has no script "${script}".`)
}

async function checkNpm([command, ...words]: readonly string[], page: string): Promise<void> {
  if (command === 'create') return checkCreate(words)
  if (command === 'run') return checkScript(words, page)
  if (command === 'ci' || command === 'test') return
  if (command !== 'install') throw new Error('No rule covers this command of npm.')
  for (const name of words.filter((word) => !word.startsWith('-'))) {
    const isKnown = ourNames.has(name) || lockfile.includes(`\n  ${name}@`) || lockfile.includes(`\n  '${name}@`)
    if (!isKnown) throw new Error(`Neither ours nor in the lockfile: ${name}.`)
  }
}

/** A script of the example that the page belongs to; elsewhere, all of them have it, as whoever starts from one expects. */
function checkScript([script = '']: readonly string[], page: string): void {
  const own = /^examples\/([^/]+)\//.exec(page)?.[1]
  for (const name of own === undefined ? examples : [own]) {
    if (readPackage(`examples/${name}/package.json`).scripts[script] === undefined)
      throw new Error(`The example ${name} has no script "${script}".`)
  }
}

/** Creates the project: that takes no time, and no network. */
async function checkCreate([name, ...words]: readonly string[]): Promise<void> {
  if (name !== 'bytenite-app@latest') throw new Error('Expected bytenite-app@latest.')
  const parameters = words.filter((word, index) => word !== '--' || words.indexOf('--') !== index)
  const { exitCode, stderr } = await run('node', [createBin, ...parameters], { cwd: await temporaryDirectory() })
  if (exitCode !== 0) throw new Error(stderr)
}

function checkVitest(words: readonly string[]): void {
  const missing = words.filter((word) => word.includes('/') && !existsSync(join(repository, word)))
  if (missing.length > 0) throw new Error(`There is no ${missing.join(', ')}.`)
}

/** Parses the command line as the program does, and compares the words that belong to no option with its usage. Does not run it. */
async function checkOurs(program: string, [word = '', ...parameters]: readonly string[], page: string): Promise<void> {
  const command = await findCommand(program, word)
  if (command === undefined) throw new Error(`${program} has no command "${word}".`)
  const { values, positionals, rest } = parseArguments(parameters, command.options)
  const [own = '', build = ''] = command.usage.replace('[options]', '').split(/(?=\[?-- )/)
  const options = own.match(/--\w+ <\w+>/g) ?? []
  const expected = own.replaceAll(/--\w+ <\w+>/g, '').match(/<[^>]+>|\[[^\]]+\]/g) ?? []
  const needed = [...options, ...expected.filter((each) => each.startsWith('<'))].filter((each) => {
    const [name = ''] = each.match(/\w+/) ?? []
    return values[name] === undefined && values[INSTEAD[name] ?? ''] === undefined
  })
  const needsBuild = build.startsWith('--')
  const isRight =
    positionals.length <= expected.length &&
    positionals.length >= needed.filter((each) => each.startsWith('<')).length &&
    !needed.some((each) => each.startsWith('--')) &&
    (build === '' ? rest.length === 0 : rest.length > 0 || !needsBuild)
  if (!isRight) throw new Error(`Expected ${word} ${command.usage}.`)
  await mistakeIn(rest, page)
}

/** Options that take the place of what a usage line demands. */
const INSTEAD: Readonly<Record<string, string>> = { out: 'detach', tag: 'template' }

/** Whether a program of ours has this command. */
export async function isCommand(program: string, name: string): Promise<boolean> {
  return (await findCommand(program, name)) !== undefined
}

/** The sources of the uploader's commands, because those that are built are one file, which runs at once. */
const COMMANDS: Readonly<Record<string, string>> = {
  'bytenite-uploader': 'packages/core/src/cli/NAME.ts',
  'bytenite-local': 'packages/local/dist/cli/NAME.js',
}

async function findCommand(program: string, name: string): Promise<Command | undefined> {
  const file = join(repository, COMMANDS[program]?.replace('NAME', name) ?? '')
  if (!existsSync(file)) return undefined
  const exported = ((await import(pathToFileURL(file).href)) as Record<string, Partial<Command>>)[name]
  return exported?.options === undefined ? undefined : (exported as Command)
}
