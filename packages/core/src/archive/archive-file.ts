import { ByteNiteError } from '../errors.js'
import { writeFileAtomically } from '../utils/atomic-write.js'

/**
 * Writes an archive to a file, which is there complete or not at all.
 * @param remedy what to do when the place cannot be written to
 * @throws {ByteNiteError} `ARCHIVE_NOT_WRITTEN`
 * @throws what reading `bytes` throws
 */
export async function writeArchiveFile(file: string, bytes: AsyncIterable<Uint8Array>, remedy: string): Promise<void> {
  try {
    await writeFileAtomically(file, bytes)
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    throw new ByteNiteError('ARCHIVE_NOT_WRITTEN', `The archive could not be written to ${file}: ${error.message}`, {
      hint: remedy,
      cause: error,
    })
  }
}
