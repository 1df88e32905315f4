import { plainText } from './plain-text.js'

/**
 * The kind of error, as a stable name that code can branch on.
 *
 * - `INVALID_OPTION` an option or a `BYTENITE_*` variable has an invalid value
 * - `NO_OUTPUT` the output directory is missing, or no files in it are selected
 * - `NO_ENTRYPOINT` no entrypoint could be chosen, or the chosen one is not in the output
 * - `INVALID_MANIFEST` the manifest breaks one or more of the platform's rules
 * - `CHECK_FAILED` the app would fail in the container
 * - `UNFINISHED_OUTPUT` the framework still writes to the output after the bundler has finished
 * - `SMOKE_FAILED` the trial run of the archive failed, so that nothing was sent
 * - `MISSING_ENGINE` the job template needs an engine that the platform does not have
 * - `UNSAFE_LINK` a symlink is broken, part of a loop, or points outside the output directory
 * - `TOO_LARGE` the output has more bytes or files than the options allow
 * - `SECRET_FOUND` a file to pack contains a credential in use
 * - `UNREADABLE_FILE` a file of the output could not be read
 * - `FILE_CHANGED` a file changed while it was being packed or sent
 * - `ARCHIVE_NOT_WRITTEN` the archive could not be written to a file
 * - `RESULT_NOT_WRITTEN` a result of a job could not be written to a file
 * - `CONCURRENT_BUILD` another process built into the output directory at the same time
 * - `CONFLICTING_ARCHIVES` one process tried to publish two different archives under one tag
 * - `CONFLICTING_FILES` two files that the code reads or runs would have the same name in the output
 * - `BUILD_FAILED` a build that was started to be verified has failed
 * - `PUBLISHING_OFF` the program that started the build lets nothing be published
 * - `NO_CREDENTIALS` neither an API key nor an access token was found
 * - `UNAUTHORIZED` the platform rejected the credentials (401)
 * - `REFUSED` the platform refused the request (any other 4xx)
 * - `PLATFORM_ERROR` the platform failed (5xx)
 * - `UNREACHABLE` no response: the connection failed, broke, or timed out
 * - `INVALID_RESPONSE` the response violates the API's contract
 * - `INVALID_ARCHIVE` a file is not an archive, or has entries that cannot be unpacked
 * - `VERSION_EXISTS` `overwrite` is `false`, and the platform has a different archive under this name and version
 * - `NOT_ACTIVATED` the app is published, but could not be activated
 * - `TEMPLATE_NOT_SAVED` the app is published, but its job template could not be saved
 * - `HASH_MISMATCH` the archive and the platform's record have different SHA-256 hashes
 * - `RECORD_NOT_WRITTEN` the app is published, but its record was not written: it could not be, or another process builds into
 *   the output by now; or an earlier record could not be removed
 */
export type ByteNiteErrorCode =
  | 'INVALID_OPTION'
  | 'NO_OUTPUT'
  | 'NO_ENTRYPOINT'
  | 'INVALID_MANIFEST'
  | 'CHECK_FAILED'
  | 'UNFINISHED_OUTPUT'
  | 'SMOKE_FAILED'
  | 'MISSING_ENGINE'
  | 'UNSAFE_LINK'
  | 'TOO_LARGE'
  | 'SECRET_FOUND'
  | 'UNREADABLE_FILE'
  | 'FILE_CHANGED'
  | 'ARCHIVE_NOT_WRITTEN'
  | 'RESULT_NOT_WRITTEN'
  | 'CONCURRENT_BUILD'
  | 'CONFLICTING_ARCHIVES'
  | 'CONFLICTING_FILES'
  | 'BUILD_FAILED'
  | 'PUBLISHING_OFF'
  | 'NO_CREDENTIALS'
  | 'UNAUTHORIZED'
  | 'REFUSED'
  | 'PLATFORM_ERROR'
  | 'UNREACHABLE'
  | 'INVALID_RESPONSE'
  | 'INVALID_ARCHIVE'
  | 'VERSION_EXISTS'
  | 'NOT_ACTIVATED'
  | 'TEMPLATE_NOT_SAVED'
  | 'HASH_MISMATCH'
  | 'RECORD_NOT_WRITTEN'

export interface ByteNiteErrorOptions {
  /** Lines of the message after its first one, such as a list of problems. */
  details?: readonly string[] | undefined
  /** How to fix it. Becomes the last line of the message. */
  hint?: string | undefined
  /** HTTP status of the response, if there was one. */
  status?: number | undefined
  /** The platform's identifier of the request, for support. */
  requestId?: string | undefined
  cause?: unknown
}

/**
 * The only error class of this package. `message` contains the problem and the remedy, `code` the kind of error. All text in
 * it is safe to print: each of its lines is one that this package wrote, whatever a platform, a package or a file name contains.
 */
export class ByteNiteError extends Error {
  override readonly name = 'ByteNiteError'
  readonly code: ByteNiteErrorCode
  /** Where the likely causes and their remedies are: a file of the installed package, with the anchor of the code's entry in it. */
  readonly docs: string
  readonly hint: string | undefined
  readonly status: number | undefined
  readonly requestId: string | undefined

  constructor(code: ByteNiteErrorCode, summary: string, options: ByteNiteErrorOptions = {}) {
    const { details = [], hint, status, requestId, cause } = options
    const lines = [summary, ...details, hint].filter((line) => line !== undefined)
    super(lines.map((line) => plainText(line)).join('\n'), cause === undefined ? undefined : { cause: plainCause(cause) })
    this.code = code
    this.docs = `bytenite-uploader/docs/errors.md#${code.toLowerCase()}`
    this.hint = hint && plainText(hint)
    this.status = status
    this.requestId = requestId && plainText(requestId)
  }
}

/** Node prints the cause below the error. If a foreign text would make that unsafe, a copy takes its place. */
function plainCause(cause: unknown): unknown {
  if (!(cause instanceof Error) || isByteNiteError(cause)) return cause
  const message = plainText(cause.message)
  return message === cause.message ? cause : Object.assign(new Error(message), { code: (cause as NodeJS.ErrnoException).code })
}

/** Whether `error` is a {@link ByteNiteError}, even from another copy of this package. */
export function isByteNiteError(error: unknown): error is ByteNiteError {
  return error instanceof Error && error.name === 'ByteNiteError' && 'code' in error
}

/** Where the documentation explains an error, or the one that caused it; `undefined` for an error without an entry there. */
export function docsOf(error: Error): string | undefined {
  return ownDocs(error) ?? ownDocs(error.cause)
}

/** Errors of all packages of this project, and of all copies of them, have this property. */
function ownDocs(error: unknown): string | undefined {
  const docs = error instanceof Error && 'docs' in error ? error.docs : undefined
  return typeof docs === 'string' ? plainText(docs) : undefined
}

/** What is printed of an error, with the place in the documentation as its last line. */
export function withDocs(text: string, error: Error): string {
  const docs = docsOf(error)
  return docs === undefined ? text : `${text}\nSee ${docs}`
}

/** The message of any error, safe to print. Only those of this package have several lines. */
export function messageOf(error: Error): string {
  return isByteNiteError(error) ? error.message : plainText(error.message)
}
