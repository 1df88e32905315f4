import { rm } from 'node:fs/promises'
import { ByteNiteError } from '../errors.js'
import { writeFileAtomically } from '../utils/atomic-write.js'
import type { AppRecord } from '../wire.js'
import { recordFile, recordFiles, type RecordPlace } from './place.js'
import { withoutToken } from './without-token.js'

/**
 * Writes the platform's record as a file: complete or not at all, unknown fields kept, the registry's token removed.
 * @returns the file's absolute path, or `undefined` when no record is wanted
 * @throws {ByteNiteError} `RECORD_NOT_WRITTEN`
 */
export async function writeRecord(record: AppRecord, entrypoint: string, place: RecordPlace): Promise<string | undefined> {
  const file = recordFile(entrypoint, place)
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
 * Removes the record of an earlier publish, which does not describe this output.
 * @throws {ByteNiteError} `RECORD_NOT_WRITTEN`
 */
export async function removeRecord(place: RecordPlace): Promise<void> {
  for (const file of recordFiles(place)) {
    await rm(file, { force: true }).catch((error: NodeJS.ErrnoException) => {
      // Where a parent is a file, there is no record either.
      if (error.code === 'ENOTDIR') return
      throw new ByteNiteError('RECORD_NOT_WRITTEN', `The record of an earlier publish, ${file}, could not be removed: ${error.message}`, {
        hint: 'Make that place writable, or choose another one with the option "record".',
        cause: error,
      })
    })
  }
}
