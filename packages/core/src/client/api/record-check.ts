import type { ArchiveHash } from '../../archive/hash.js'
import { ByteNiteError } from '../../errors.js'
import { fieldText } from '../../record/facts.js'
import type { AppRecord } from '../../wire.js'

/** A record's hash in hexadecimal digits; `undefined` if it has none. */
export function hashOf({ hash }: AppRecord): string | undefined {
  if (!hash) return undefined
  // The platform encodes a hash in base64, but hexadecimal works, too.
  const encoding = /^[0-9a-f]{64}$/i.test(hash) ? 'hex' : 'base64'
  return Buffer.from(hash, encoding).toString('hex')
}

/** Whether a record has the given hash; `undefined` if it has none. */
export function matchesHash(record: AppRecord, { hex }: ArchiveHash): boolean | undefined {
  const own = hashOf(record)
  return own === undefined ? undefined : own === hex
}

/**
 * Checks that the response to an upload has the hash of the archive that was sent.
 * @returns `false` if the response has no hash
 * @throws {ByteNiteError} `HASH_MISMATCH`
 */
export function verifyRecord(record: AppRecord, tag: string, sent: ArchiveHash): boolean {
  const isSame = matchesHash(record, sent)
  if (isSame !== false) return isSame === true
  throw new ByteNiteError(
    'HASH_MISMATCH',
    `The platform has a different archive of ${tag} than the one sent: its SHA-256 is ${fieldText(record.hash)}, ours is ${sent.base64} (${sent.hex}).`,
    { hint: 'Do not activate this version. Publish it again.' },
  )
}
