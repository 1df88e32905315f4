import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs'
import { changed, unreadable } from './file-errors.js'

/** A file that goes into the archive. */
export interface SelectedFile {
  /** Path under `app/`, with `/` separators. */
  path: string
  /** The file on disk, not a link; absolute. */
  source?: string
  /** Bytes. */
  size: number
  /** What the file on disk was when it was selected; without it, only its size is compared. */
  identity?: FileIdentity
  /** The whole content of a file that is not on disk. */
  content?: Buffer
}

/** Tells a file from another one at the same path, and from itself after a change. */
export type FileIdentity = Pick<Stats, 'dev' | 'ino' | 'size' | 'mtimeMs' | 'ctimeMs'>

/** A file on disk, as {@link openSelected} takes it. */
export type FileOnDisk = Pick<SelectedFile, 'identity'> & { source: string }

/** Windows reports other numbers for an open file than for its path. */
const COMPARED: readonly (keyof FileIdentity)[] =
  process.platform === 'win32' ? ['size', 'mtimeMs'] : ['dev', 'ino', 'size', 'mtimeMs', 'ctimeMs']

/**
 * The identity of a file that was found to be a regular one.
 * @throws {ByteNiteError} `UNREADABLE_FILE`; `FILE_CHANGED` when it is no longer a regular file
 */
export function identify(source: string): FileIdentity {
  let stats: Stats
  try {
    stats = lstatSync(source)
  } catch (error) {
    throw unreadable(source, error)
  }
  if (!stats.isFile()) throw changed(source)
  const { dev, ino, size, mtimeMs, ctimeMs } = stats
  return { dev, ino, size, mtimeMs, ctimeMs }
}

/** Neither follows a link nor waits for whoever writes to a pipe; Windows has neither flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/**
 * Opens a file for reading, if it is still the one that was selected. The caller closes it.
 * @throws {ByteNiteError} `UNREADABLE_FILE`, `FILE_CHANGED`
 */
export function openSelected(file: FileOnDisk): number {
  let handle: number
  try {
    handle = openSync(file.source, FLAGS)
  } catch (error) {
    // A link, or a socket, in the place of the file.
    if (['ELOOP', 'EMLINK', 'ENXIO'].includes((error as NodeJS.ErrnoException).code ?? '')) throw changed(file.source)
    throw unreadable(file.source, error)
  }
  try {
    checkUnchanged(handle, file)
  } catch (error) {
    closeSync(handle)
    throw error
  }
  return handle
}

/**
 * Makes sure that an open file is the one that was selected, unchanged.
 * @throws {ByteNiteError} `FILE_CHANGED`
 */
export function checkUnchanged(handle: number, { source, identity }: FileOnDisk): void {
  const stats = fstatSync(handle)
  if (!stats.isFile()) throw changed(source)
  if (identity !== undefined && !isSame(stats, identity)) throw changed(source)
}

/** Whether it is the same file, unchanged. */
export function isSame(one: FileIdentity, other: FileIdentity): boolean {
  return COMPARED.every((field) => one[field] === other[field])
}

/**
 * Reads up to the length of a buffer. Once it has `enough` it stops: a file that yields less than requested is at its end.
 * @throws {ByteNiteError} `UNREADABLE_FILE`
 */
export function readInto(handle: number, source: string, buffer: Buffer, enough: number): number {
  let total = 0
  let bytes: number
  try {
    do {
      bytes = readSync(handle, buffer, total, buffer.length - total, null)
      total += bytes
    } while (total < enough && bytes > 0)
  } catch (error) {
    throw unreadable(source, error)
  }
  return total
}

/**
 * The content of a selected file, or its first bytes.
 * @param limit bytes
 * @throws {ByteNiteError} `UNREADABLE_FILE`, `FILE_CHANGED`
 */
export function readSelected({ source, content, size, identity }: SelectedFile, limit: number = size): Buffer {
  if (content !== undefined || source === undefined) return (content ?? Buffer.alloc(0)).subarray(0, limit)
  const file = { source, ...(identity && { identity }) }
  const handle = openSelected(file)
  try {
    const buffer = Buffer.allocUnsafe(Math.min(size, limit))
    const bytes = buffer.subarray(0, readInto(handle, source, buffer, buffer.length))
    checkUnchanged(handle, file)
    return bytes
  } finally {
    closeSync(handle)
  }
}
