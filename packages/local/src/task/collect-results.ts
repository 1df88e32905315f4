import { randomBytes } from 'node:crypto'
import { constants, createWriteStream } from 'node:fs'
import { lstat, mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { findResults } from './find-results.js'
import { TaskError } from './task-error.js'

export interface CollectOptions {
  /** Told of each result that is left out or changed. */
  onWarning: (message: string) => void
  signal?: AbortSignal | undefined
}

/**
 * Copies the files that a task wrote. Links to other results are copied as files; everything else that is not a file is
 * left out. A file or link that has the name of a result is replaced, so nothing is written through a link.
 * @param from the results directory, an absolute path without links
 * @param to an existing directory
 * @returns the paths of the files, relative to both
 * @throws {TaskError} `RESULTS_NOT_WRITTEN`, after the rest was copied
 */
export async function collectResults(from: string, to: string, { onWarning, signal }: CollectOptions): Promise<string[]> {
  const files: string[] = []
  const conflicts: string[] = []
  const blocked = new Set<string>()
  for await (const found of findResults(from)) {
    signal?.throwIfAborted()
    const { path } = found
    const warn = (text: string): void => onWarning(`${text}: ${path}`)
    const target = join(to, path)
    if (found.type === 'unusable') warn(`Skipped a result, because ${found.reason}`)
    else if (blocked.has(dirname(path))) blocked.add(path)
    else if (await isBlocked(target, found.type)) {
      blocked.add(path)
      conflicts.push(target)
    } else if (found.type === 'directory') await mkdir(target, { recursive: true })
    else if (await copyFile(found.source, target, warn, signal)) files.push(path)
  }
  if (conflicts.length > 0) {
    throw new TaskError(
      'RESULTS_NOT_WRITTEN',
      `Not all results could be written. Links and files stand in the place of directories, or the other way round: ${conflicts.join(', ')}. Remove them, or choose an empty directory for the results.`,
    )
  }
  return files
}

async function isBlocked(target: string, type: 'file' | 'directory'): Promise<boolean> {
  const status = await lstat(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return undefined
  })
  return status !== undefined && status.isDirectory() !== (type === 'directory')
}

const SET_ID_BITS = 0o6000
const PERMISSIONS = 0o777

/**
 * Copies a file under another name first, and then renames it.
 * @returns whether it was copied
 */
async function copyFile(source: string, target: string, warn: (text: string) => void, signal: AbortSignal | undefined): Promise<boolean> {
  const file = await openFile(source)
  if (file === undefined) {
    warn('Skipped a result, because it is not readable')
    return false
  }
  const temporary = join(dirname(target), `.${randomBytes(12).toString('hex')}.tmp`)
  try {
    const { mode } = await file.stat()
    await pipeline(file.createReadStream({ autoClose: false }), createWriteStream(temporary, { flags: 'wx', mode: mode & PERMISSIONS }), {
      signal,
    })
    await rename(temporary, target)
    if ((mode & SET_ID_BITS) !== 0) warn('Copied a result without its set-user-ID and set-group-ID bits')
    return true
  } catch (error) {
    await rm(temporary, { force: true })
    throw notWritten(target, error)
  } finally {
    await file.close()
  }
}

/** Errors that do not come from the system, such as those of a signal, stay as they are. */
function notWritten(path: string, error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error
  const message = `Could not write ${path}: ${error.message}. Choose another directory for the results, or make room for them.`
  return new TaskError('RESULTS_NOT_WRITTEN', message, { cause: error })
}

/** Without following a link or waiting for a pipe, in case that something has just replaced the file. */
async function openFile(path: string): Promise<FileHandle | undefined> {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
  try {
    const file = await open(path, flags)
    if ((await file.stat()).isFile()) return file
    await file.close()
    return undefined
  } catch (error) {
    if (['EACCES', 'ELOOP', 'ENOENT', 'ENXIO'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
