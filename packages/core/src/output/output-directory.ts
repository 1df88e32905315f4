import { existsSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { ByteNiteError } from '../errors.js'
import { isWithin } from '../utils/directories.js'
import { unreadable } from './file-errors.js'

/** What a project's root holds and the output of a build does not. */
const SIGNS_OF_A_ROOT = [
  'package.json',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
  'bun.lockb',
  'deno.lock',
  'node_modules',
  '.git',
]

/**
 * The real path of an output directory, unless packing it would publish what nobody meant to: a home directory, a whole
 * disk, the directories around the project, or the project itself.
 * @param root the project's root; absolute
 * @throws {ByteNiteError} `NO_OUTPUT`, `INVALID_OPTION`, `UNREADABLE_FILE`
 */
export function openOutputDirectory(directory: string, root: string): string {
  const real = realDirectory(directory)
  const realRoot = existsSync(root) ? realpathSync(root) : root
  if (dirname(real) === real) throw tooMuch(directory, 'the root of the file system')
  if (real === realHome()) throw tooMuch(directory, 'a home directory')
  if (real === realRoot) {
    const sign = SIGNS_OF_A_ROOT.find((name) => existsSync(join(real, name)))
    if (sign !== undefined) throw tooMuch(directory, `the project's root: it contains ${sign}`)
  } else if (isWithin(real, realRoot)) throw tooMuch(directory, `a parent directory of the project's root, ${root}`)
  return real
}

/** Those directories that are somebody's output, or would be if they were there: all but those that nobody may pack. */
export function outputsAmong(directories: readonly string[], root: string): string[] {
  return directories.filter((directory) => {
    try {
      openOutputDirectory(directory, root)
      return true
    } catch (error) {
      return (error as ByteNiteError).code !== 'INVALID_OPTION'
    }
  })
}

function realDirectory(directory: string): string {
  try {
    if (statSync(directory).isDirectory()) return realpathSync(directory)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unreadable(directory, error)
    throw new ByteNiteError('NO_OUTPUT', `The output directory ${directory} does not exist.`, {
      hint: 'Run the build first, or correct the option "directory".',
    })
  }
  throw new ByteNiteError('NO_OUTPUT', `The output directory ${directory} is not a directory.`)
}

function realHome(): string | undefined {
  const home = homedir()
  return home !== '' && existsSync(home) ? realpathSync(home) : undefined
}

function tooMuch(directory: string, what: string): ByteNiteError {
  return new ByteNiteError('INVALID_OPTION', `The output directory ${directory} is ${what}.`, {
    hint: 'Let the build write to a directory of its own, such as dist.',
  })
}
