import { ByteNiteError } from '../../errors.js'
import { formatBytes } from '../../utils/format.js'

/** An archive that is larger than somebody wanted to download. */
export class TooLargeError extends ByteNiteError {
  /** Bytes, if the platform says so. */
  readonly size: number | undefined

  constructor(tag: string, size: number | undefined, maxBytes: number) {
    const what = size === undefined ? 'is larger' : `has ${formatBytes(size)}, which is more`
    super('TOO_LARGE', `The archive of ${tag} ${what} than the limit of ${formatBytes(maxBytes)} for a download.`)
    this.size = size
  }
}
