import { constants } from 'node:fs'
import { access, open, stat } from 'node:fs/promises'
import { basename, delimiter, extname, posix, resolve } from 'node:path'
import { TaskError } from './task-error.js'

/** For scripts without a `#!` line, by extension. */
const INTERPRETERS: Readonly<Record<string, string>> = {
  '.js': 'node',
  '.mjs': 'node',
  '.cjs': 'node',
  '.py': 'python3',
  '.sh': 'sh',
}

/** Where systems search without a `PATH`. */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin'

export interface Entrypoint {
  /** Relative to `directory`, as the manifest spells it. */
  name: string
  /** Absolute path of the app's directory, in which the task runs. */
  directory: string
}

/**
 * The command that starts an entrypoint. A script with a `#!` line is executed directly. Without one, or on Windows, its
 * extension selects the interpreter.
 * @param path the directories to search for programs, as in the variable `PATH`
 * @throws {TaskError} `NO_INTERPRETER`
 */
export async function findCommand({ name, directory }: Entrypoint, path: string = DEFAULT_PATH): Promise<[string, ...string[]]> {
  const file = resolve(directory, name)
  const line = process.platform === 'win32' ? undefined : await readShebang(file)
  if (line !== undefined) {
    await checkShebang(line, name, directory, path)
    return [file]
  }
  const program = interpreterOf(name)
  const interpreter = program === 'node' ? process.execPath : program
  if (process.platform !== 'win32' && !(await isInstalled(interpreter, directory, path))) {
    throw cannotStart(name, `${interpreter} is not installed, or not in your PATH. Install it, then run the task again.`)
  }
  return [interpreter, file]
}

/**
 * The command that starts an entrypoint in a container, whose image has the programs.
 * @param inside path of the app's directory in the container
 * @throws {TaskError} `NO_INTERPRETER`
 */
export async function findInnerCommand({ name, directory }: Entrypoint, inside: string): Promise<[string, ...string[]]> {
  const file = resolve(directory, name)
  const line = await readShebang(file)
  const innerFile = posix.join(inside, name)
  if (line === undefined) return [interpreterOf(name), innerFile]
  checkLineEnd(line, name)
  if (((await stat(file)).mode & 0o111) === 0) {
    throw cannotStart(name, 'it is not executable. Give the file the permission (chmod +x), and publish it again.')
  }
  return [innerFile]
}

function interpreterOf(name: string): string {
  const interpreter = INTERPRETERS[extname(name)]
  if (interpreter !== undefined) return interpreter
  throw cannotStart(name, 'it has no #! line, and no interpreter is known for its extension. Add a #! line, and publish the app again.')
}

/** The longest line that systems read. */
const MAX_LENGTH = 4096

/** A script's first line without the `#!`; `undefined` without one. */
async function readShebang(file: string): Promise<string | undefined> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_LENGTH), 0, MAX_LENGTH, 0)
    const [line = ''] = buffer.toString('utf8', 0, bytesRead).split('\n', 1)
    return line.startsWith('#!') ? line.slice(2) : undefined
  } finally {
    await handle.close()
  }
}

function checkLineEnd(line: string, name: string): void {
  if (!line.endsWith('\r')) return
  throw cannotStart(
    name,
    `its first line, "#!${line.slice(0, -1)}", ends with CRLF, and the system takes the CR as part of the program's name. Save the file with LF line endings, and publish the app again.`,
  )
}

async function checkShebang(line: string, name: string, directory: string, path: string): Promise<void> {
  checkLineEnd(line, name)
  for (const program of programsOf(line)) {
    if (await isInstalled(program, directory, path)) continue
    const remedy = program.includes(' ')
      ? 'To pass options to a program, start the line with "#!/usr/bin/env -S".'
      : 'Install it, or correct the #! line and publish the app again.'
    throw cannotStart(name, `its #! line needs "${program}", which is not installed. ${remedy}`)
  }
}

/** The programs that a `#!` line needs. For `env`, that includes the one it looks for, unless that is hard to tell. */
function programsOf(line: string): string[] {
  const [interpreter = '', ...words] = line.trim().split(/[ \t]+/)
  if (basename(interpreter) !== 'env' || words.length === 0) return [interpreter]
  const isSplit = words[0] === '-S'
  if (isSplit) words.shift()
  if (/^-|[="'\\$]/.test(words[0] ?? '-')) return [interpreter]
  // Linux passes everything after the interpreter as one parameter.
  const program = isSplit || process.platform !== 'linux' ? (words[0] as string) : words.join(' ')
  return [interpreter, program]
}

/** Whether the system would find a program: by its path if that has a slash, else in `PATH`. */
async function isInstalled(program: string, directory: string, path: string): Promise<boolean> {
  if (program === '') return false
  const places = program.includes('/') ? [directory] : path.split(delimiter)
  for (const place of places) if (await isExecutable(resolve(directory, place, program))) return true
  return false
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK)
    return (await stat(file)).isFile()
  } catch {
    return false
  }
}

function cannotStart(name: string, reason: string): TaskError {
  return new TaskError('NO_INTERPRETER', `Cannot start ${name}: ${reason}`)
}
