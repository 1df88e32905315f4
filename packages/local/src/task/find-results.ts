import { isUtf8 } from 'node:buffer'
import type { Stats } from 'node:fs'
import { lstat, readdir, realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'

interface Result {
  type: 'file' | 'directory'
  /** Relative to the results directory. */
  path: string
  /** Absolute path without links. */
  source: string
  /** Bytes. */
  size: number
  mode: number
  /** How many names the file has. */
  nlink: number
}

interface Unusable {
  type: 'unusable'
  path: string
  reason: string
}

/** Something in a task's results directory. */
export type FoundResult = Result | Unusable

/**
 * Finds the results of a task, each directory before its content. Links to other results count as what they lead to.
 * @param root the results directory, an absolute path without links
 */
export async function* findResults(root: string): AsyncGenerator<FoundResult, void, undefined> {
  const current = await realpath(root).catch(undefinedIf('ENOENT', 'ELOOP'))
  if (current === undefined) return
  if (current === root && (await lstat(root)).isDirectory()) yield* walk({ root, directory: root, path: '', isLinked: false })
  else yield { type: 'unusable', path: '.', reason: 'the task replaced its results directory' }
}

interface Position {
  root: string
  /** Absolute path without links. */
  directory: string
  /** Where the directory appears in the results. */
  path: string
  /** Whether a link led here. */
  isLinked: boolean
}

async function* walk(position: Position): AsyncGenerator<FoundResult, void, undefined> {
  const { root, directory, path, isLinked } = position
  const names = await readdir(directory, { encoding: 'buffer' }).catch(undefinedIf('EACCES'))
  if (names === undefined) yield { type: 'unusable', path, reason: 'the directory is not readable' }
  for (const name of names?.toSorted(Buffer.compare) ?? []) {
    const found: FoundResult = isUtf8(name)
      ? await examine(String(name), position)
      : { type: 'unusable', path: join(path, escapeBytes(name)), reason: 'its name is not UTF-8' }
    yield found
    if (found.type !== 'directory') continue
    const { source } = found
    yield* walk({ root, directory: source, path: found.path, isLinked: isLinked || source !== join(directory, String(name)) })
  }
}

async function examine(name: string, { root, directory, path: parent, isLinked }: Position): Promise<FoundResult> {
  const path = join(parent, name)
  const unusable = (reason: string): Unusable => ({ type: 'unusable', path, reason })
  const file = join(directory, name)
  const own = await lstat(file)
  if (!own.isSymbolicLink()) return own.isFile() || own.isDirectory() ? found(own, path, file) : unusable(`it is ${kindOf(own)}`)

  const source = await realpath(file).catch(undefinedIf('ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES'))
  if (source === undefined) return unusable('it is a broken link')
  if (!isWithin(root, source)) return unusable('it is a link that leads out of the results directory')
  const target = await lstat(source)
  if (!target.isFile() && !target.isDirectory()) return unusable(`it is a link to ${kindOf(target)}`)
  if (target.isDirectory()) {
    if (isWithin(source, directory)) return unusable('it is a link to a directory that contains it')
    // Linked directories that link to others could multiply without end.
    if (isLinked) return unusable('it is a link in a linked directory')
  }
  return found(target, path, source)
}

function found(status: Stats, path: string, source: string): Result {
  return { type: status.isDirectory() ? 'directory' : 'file', path, source, size: status.size, mode: status.mode, nlink: status.nlink }
}

function kindOf(status: Stats): string {
  if (status.isFIFO()) return 'a named pipe'
  return status.isSocket() ? 'a socket' : 'a device'
}

function isWithin(directory: string, path: string): boolean {
  const way = relative(directory, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

function escapeBytes(name: Buffer): string {
  return name.toString('latin1').replace(/[^ -~]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** Handler for errors that mean that something is not there, or cannot be reached. */
function undefinedIf(...codes: string[]): (error: NodeJS.ErrnoException) => undefined {
  return (error) => {
    if (!codes.includes(error.code ?? '')) throw error
    return undefined
  }
}
