/**
 * What went wrong, as a stable name to branch on.
 *
 * - `INVALID_OPTION` an option or a `BYTENITE_*` variable has a value that cannot be used
 * - `NO_OUTPUT` the output directory is missing, or nothing in it is selected
 * - `NO_ENTRYPOINT` no entrypoint could be chosen, or the chosen one is not in the output
 * - `INVALID_MANIFEST` the manifest breaks one or more of the platform's rules
 * - `CHECK_FAILED` what was packed would not run in the container
 * - `MISSING_ENGINE` the job template names an engine that the platform does not have
 * - `UNSAFE_LINK` a symbolic link dangles, loops, or leaves the output directory
 * - `TOO_LARGE` the output has more bytes or files than the options allow
 * - `SECRET_FOUND` a file to be packed holds a credential that is in use
 * - `UNREADABLE_FILE` a file of the output could not be read
 * - `FILE_CHANGED` a file changed while it was being packed or sent
 * - `ARCHIVE_NOT_WRITTEN` the file named by `archiveFile` could not be written
 * - `CONFLICTING_ARCHIVES` one process was about to publish two different archives under one tag
 * - `NO_CREDENTIALS` neither an API key nor an access token was found
 * - `UNAUTHORIZED` the platform does not accept the credentials (401)
 * - `REFUSED` the platform refused the request (any other 4xx)
 * - `PLATFORM_ERROR` the platform failed (5xx)
 * - `UNREACHABLE` no response: the connection failed, broke, or timed out
 * - `INVALID_RESPONSE` the response is not what the API's contract promises
 * - `VERSION_EXISTS` `overwrite` is `false`, and the platform has another archive under this name and version
 * - `NOT_ACTIVATED` the app is published, but not active
 * - `TEMPLATE_NOT_SAVED` the app is published, but its job template is not
 * - `HASH_MISMATCH` the platform reports another SHA-256 than that of the archive sent
 * - `RECORD_NOT_WRITTEN` the app is published, but its record could not be written; or an earlier one could not be removed
 */
export type ByteNiteErrorCode =
  | 'INVALID_OPTION'
  | 'NO_OUTPUT'
  | 'NO_ENTRYPOINT'
  | 'INVALID_MANIFEST'
  | 'CHECK_FAILED'
  | 'MISSING_ENGINE'
  | 'UNSAFE_LINK'
  | 'TOO_LARGE'
  | 'SECRET_FOUND'
  | 'UNREADABLE_FILE'
  | 'FILE_CHANGED'
  | 'ARCHIVE_NOT_WRITTEN'
  | 'CONFLICTING_ARCHIVES'
  | 'NO_CREDENTIALS'
  | 'UNAUTHORIZED'
  | 'REFUSED'
  | 'PLATFORM_ERROR'
  | 'UNREACHABLE'
  | 'INVALID_RESPONSE'
  | 'VERSION_EXISTS'
  | 'NOT_ACTIVATED'
  | 'TEMPLATE_NOT_SAVED'
  | 'HASH_MISMATCH'
  | 'RECORD_NOT_WRITTEN'

export interface ByteNiteErrorOptions {
  /** What to do about it; becomes the last line of the message. */
  hint?: string | undefined
  /** HTTP status of the response, when there was one. */
  status?: number | undefined
  /** The platform's identifier of the request, for its support. */
  requestId?: string | undefined
  cause?: unknown
}

/** The one error class of this package: `message` says what failed and what to do, `code` which kind it is. */
export class ByteNiteError extends Error {
  override readonly name = 'ByteNiteError'
  readonly code: ByteNiteErrorCode
  readonly hint: string | undefined
  readonly status: number | undefined
  readonly requestId: string | undefined

  constructor(code: ByteNiteErrorCode, summary: string, options: ByteNiteErrorOptions = {}) {
    const { hint, status, requestId, cause } = options
    super(hint === undefined ? summary : `${summary}\n${hint}`, cause === undefined ? undefined : { cause })
    this.code = code
    this.hint = hint
    this.status = status
    this.requestId = requestId
  }
}

/** Whether `error` is a {@link ByteNiteError}, also one from another copy of this package. */
export function isByteNiteError(error: unknown): error is ByteNiteError {
  return error instanceof Error && error.name === 'ByteNiteError' && 'code' in error
}
