import { rm } from 'node:fs/promises'
import { ByteNiteError } from '../errors.js'
import { writeFileAtomically } from '../utils/atomic-write.js'
import type { AppRecord } from '../wire.js'
import { fieldText, tagOf } from './facts.js'
import { recordFile, recordFiles, type RecordPlace } from './place.js'
import { withoutToken } from './without-token.js'

/**
 * Writes the platform's record to a file, atomically. Keeps unknown fields, and removes the registry's token.
 * @returns the file's absolute path; `undefined` if the record is turned off
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
      `${fieldText(tagOf(record))} is published, but its record could not be written to ${file}: ${(error as Error).message}`,
      { hint: 'Make that path writable, or set the option "record" to another one.', cause: error },
    )
  }
  return file
}

/**
 * Removes the record of an earlier publish, because it does not describe this output.
 * @throws {ByteNiteError} `RECORD_NOT_WRITTEN`
 */
export async function removeRecord(place: RecordPlace): Promise<void> {
  for (const file of recordFiles(place)) {
    await rm(file, { force: true }).catch((error: NodeJS.ErrnoException) => {
      // If a parent directory is really a file, the record cannot exist either.
      if (error.code === 'ENOTDIR') return
      throw new ByteNiteError('RECORD_NOT_WRITTEN', `Could not remove ${file}, the record of an earlier publish: ${error.message}`, {
        hint: 'Make that path writable, or set the option "record" to another one.',
        cause: error,
      })
    })
  }
}
