import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { ByteNiteError } from '../errors.js'
import { writeFileAtomically } from '../utils/atomic-write.js'
import type { ArchiveHash } from './hash.js'
import { createHasher } from './hasher.js'

/**
 * Writes an archive to a file, atomically.
 * @param remedy hint for the user if the file cannot be written
 * @throws {ByteNiteError} `ARCHIVE_NOT_WRITTEN`
 * @throws any error from reading `bytes`
 */
export async function writeArchiveFile(file: string, bytes: AsyncIterable<Uint8Array>, remedy: string): Promise<void> {
  try {
    await writeFileAtomically(file, bytes)
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    throw new ByteNiteError('ARCHIVE_NOT_WRITTEN', `Could not write the archive to ${file}: ${error.message}`, {
      hint: remedy,
      cause: error,
    })
  }
}

/** The start of every archive: the entry `manifest.json`, readable by all, owned by nobody in particular, as tar-stream spells it. */
const NAME = 'manifest.json'.padEnd(100, '\0')
const MODE_AND_OWNER = '000644 \0' + '000000 \0'.repeat(2)
const MAGIC = 'ustar'
const MAGIC_START = 257

/** Whether a file is a tar as this package lays it out. */
export async function isOwnArchive(file: string): Promise<boolean> {
  const handle = await open(file)
  try {
    const header = Buffer.alloc(512)
    await handle.read(header, 0, header.length, 0)
    const text = header.toString('latin1')
    return text.startsWith(NAME + MODE_AND_OWNER) && text.startsWith(MAGIC, MAGIC_START)
  } finally {
    await handle.close()
  }
}

/** The SHA-256 of a file. */
export async function hashFile(file: string): Promise<ArchiveHash> {
  const hasher = await createHasher((await stat(file)).size)
  try {
    for await (const chunk of createReadStream(file)) await hasher.update(chunk as Buffer)
    return await hasher.digest()
  } finally {
    await hasher.close()
  }
}
