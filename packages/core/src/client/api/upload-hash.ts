import type { ArchiveHash } from '../../archive/hash.js'
import { ByteNiteError } from '../../errors.js'

/** The hash that all attempts at an upload have in common: one that is known before, or that of the first complete body. */
export class UploadHash {
  /** `undefined` until it is known. */
  hash: ArchiveHash | undefined

  constructor(hash: ArchiveHash | undefined) {
    this.hash = hash
  }

  /** @throws {ByteNiteError} `FILE_CHANGED` if another hash is known */
  check(hash: ArchiveHash): void {
    this.hash ??= hash
    if (this.hash.hex === hash.hex) return
    throw new ByteNiteError('FILE_CHANGED', 'The output changed during the publish, so the upload was stopped.', {
      hint: 'Another process is still writing to the output directory. Let the build finish, then publish.',
    })
  }
}
