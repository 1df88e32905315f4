/** An archive that cannot be used. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError'
  readonly code = 'INVALID_ARCHIVE'
  /** What is wrong with it, to follow "the archive", such as `is not a tar`. */
  readonly reason: string

  constructor(reason: string, options?: ErrorOptions) {
    super(`The archive ${reason}`, options)
    this.reason = reason
  }
}
