import type { ArchiveHash } from '../../archive/hash.js'
import { ByteNiteError } from '../../errors.js'
import type { AppRecord } from '../../wire.js'

/** Whether a record is about an archive with this hash; `undefined` when it has no hash. */
export function matchesHash(record: AppRecord, hash: ArchiveHash): boolean | undefined {
  if (!record.hash) return undefined
  // The platform spells a hash in base64; hexadecimal digits are understood too.
  const encoding = /^[0-9a-f]{64}$/i.test(record.hash) ? 'hex' : 'base64'
  return Buffer.from(record.hash, encoding).equals(Buffer.from(hash.hex, 'hex'))
}

/**
 * Makes sure that the response to an upload is about what was sent.
 * @returns whether the response proves it by a hash
 * @throws {ByteNiteError} `HASH_MISMATCH`
 */
export function verifyRecord(record: AppRecord, tag: string, sent: ArchiveHash): boolean {
  const isSame = matchesHash(record, sent)
  if (isSame !== false) return isSame === true
  throw new ByteNiteError(
    'HASH_MISMATCH',
    `The platform has another archive of ${tag} than the one that was sent: its SHA-256 is ${record.hash}, ours is ${sent.base64} (${sent.hex}).`,
    { hint: 'Do not activate this version. Publish it again.' },
  )
}
