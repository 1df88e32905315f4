import { createHash } from 'node:crypto'
import { toArchiveHash, type ArchiveHash } from '../../archive/hash.js'
import { writeArchiveFile } from '../../archive/archive-file.js'
import { ByteNiteError } from '../../errors.js'
import { fieldText, tagOf } from '../../record/facts.js'
import type { AppRecord } from '../../wire.js'
import { checkLink } from './links.js'
import { matchesHash } from './record-check.js'
import { createMeter, type Progress } from './progress.js'
import { TooLargeError } from './too-large.js'
import type { Transport } from '../transport.js'

export interface DownloadOptions {
  /** The largest archive to download, in bytes. @default any */
  maxBytes?: number | undefined
  /** Called with the progress, at most ten times a second, if the platform says how large the archive is. */
  onProgress?: ((progress: Progress) => void) | undefined
}

/** A downloaded and verified archive. */
export interface DownloadResult<Item> {
  record: Item
  /** Bytes. */
  size: number
  /** SHA-256 of the received bytes. */
  hash: ArchiveHash
  /** Whether the record has a hash. If it does, it equals `hash`. */
  verified: boolean
}

/**
 * Downloads a record's archive to a file. The file appears only once it is complete and verified.
 * @throws {ByteNiteError} `TOO_LARGE`, `HASH_MISMATCH`, `ARCHIVE_NOT_WRITTEN`, and the errors of a request
 */
export async function downloadArchive<Item extends AppRecord>(
  transport: Transport,
  link: string,
  record: Item,
  file: string,
  { maxBytes = Infinity, onProgress }: DownloadOptions = {},
): Promise<DownloadResult<Item>> {
  const tag = fieldText(tagOf(record))
  const url = checkLink(link, `the archive of ${tag}`)
  return transport.download(url, async (chunks, announced = 0) => {
    if (announced > maxBytes) throw new TooLargeError(tag, announced, maxBytes)
    const meter = announced > 0 && onProgress !== undefined ? createMeter(announced, onProgress) : undefined
    let size = 0
    let hash: ArchiveHash | undefined
    async function* checked(): AsyncGenerator<Buffer> {
      const digest = createHash('sha256')
      for await (const chunk of chunks) {
        digest.update(chunk)
        size += chunk.length
        if (size > maxBytes) throw new TooLargeError(tag, undefined, maxBytes)
        meter?.(chunk.length)
        yield chunk
      }
      hash = toArchiveHash(digest.digest())
      if (matchesHash(record, hash) === false) throw mismatch(record, hash)
    }
    await writeArchiveFile(file, checked(), 'Make that path writable, or choose another one.')
    return { record, size, hash: hash as ArchiveHash, verified: matchesHash(record, hash as ArchiveHash) === true }
  })
}

function mismatch(record: AppRecord, arrived: ArchiveHash): ByteNiteError {
  return new ByteNiteError(
    'HASH_MISMATCH',
    `The downloaded archive of ${fieldText(tagOf(record))} has the SHA-256 ${arrived.base64}, but the platform's record has ${fieldText(record.hash)}.`,
    { hint: 'Download it again. If that does not help, publish the app again.' },
  )
}
