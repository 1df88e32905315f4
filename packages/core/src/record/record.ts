import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isTemporaryOf, writeFileAtomically } from '../utils/atomic-write.js'
import { commonDirectory, isWithin } from '../utils/directories.js'
import { ByteNiteError } from '../errors.js'
import type { ResolvedOptions } from '../options.js'
import { withoutToken } from './without-token.js'
import type { AppRecord } from '../wire.js'

const RECORD_NAME = 'bytenite.app.json'

/**
 * Writes the platform's response as a file: complete or not at all, unknown fields kept, the registry's token removed.
 * @returns the file's absolute path, or `undefined` when no record is wanted
 * @throws {ByteNiteError} `RECORD_NOT_WRITTEN`
 */
export async function writeRecord(record: AppRecord, entrypoint: string, options: ResolvedOptions): Promise<string | undefined> {
  const file = recordFile(entrypoint, options)
  if (file === undefined) return undefined
  try {
    await writeFileAtomically(file, `${JSON.stringify(withoutToken(record), null, 2)}\n`)
  } catch (error) {
    throw new ByteNiteError(
      'RECORD_NOT_WRITTEN',
      `${record.name}@${record.version} is published, but its record could not be written to ${file}: ${(error as Error).message}`,
      { hint: 'Make that place writable, or choose another one with the option "record".', cause: error },
    )
  }
  return file
}

/**
 * Removes the record of an earlier publish, which is not about this output.
 * @throws {ByteNiteError} `RECORD_NOT_WRITTEN`
 */
export async function removeRecord(options: ResolvedOptions): Promise<void> {
  if (options.record === false) return
  const files = options.record === undefined ? options.directories.map((directory) => join(directory, RECORD_NAME)) : [options.record]
  for (const file of files) {
    await rm(file, { force: true }).catch((error: NodeJS.ErrnoException) => {
      // Where a parent is a file, there is no record either.
      if (error.code === 'ENOTDIR') return
      throw new ByteNiteError('RECORD_NOT_WRITTEN', `The record of an earlier publish, ${file}, cannot be removed: ${error.message}`, {
        hint: 'Make that place writable, or choose another one with the option "record".',
        cause: error,
      })
    })
  }
}

/** Whether a file of the output was put there by this package, and so is never packed. */
export function isOwnFile(path: string, { record, archiveFile }: ResolvedOptions): boolean {
  const own = [join(dirname(path), RECORD_NAME), record, archiveFile]
  return own.some((file) => typeof file === 'string' && (path === file || isTemporaryOf(file, path)))
}

function recordFile(entrypoint: string, { record, directories }: ResolvedOptions): string | undefined {
  if (record === false) return undefined
  if (record !== undefined) return record
  const source = join(commonDirectory(directories), entrypoint)
  // Of nested output directories, the innermost.
  const holders = directories.filter((directory) => isWithin(directory, source))
  const holder = holders.toSorted((a, b) => b.length - a.length)[0] ?? commonDirectory(directories)
  return join(holder, RECORD_NAME)
}
