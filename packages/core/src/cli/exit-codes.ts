import { isByteNiteError, type ByteNiteErrorCode } from '../errors.js'

/** What an exit code means. 0 is success, 1 an error that is none of these. */
export const EXIT_CODES = {
  usage: 2,
  different: 3,
  app: 4,
  credentials: 5,
  refused: 6,
  unreachable: 7,
  incomplete: 8,
  files: 9,
} as const

/** For the help. */
export const EXIT_CODE_ROWS: readonly (readonly [string, string])[] = [
  ['0', 'Done; of verify: the same'],
  ['1', 'An error that has no other code'],
  ['2', 'The command line, an option or a config file is wrong'],
  ['3', 'verify: not the same, or two builds differ'],
  ['4', 'The app, its manifest or its output cannot be published as it is'],
  ['5', 'No credentials, or they were rejected'],
  ['6', 'The platform refused the request, failed, or returned what it should not'],
  ['7', 'The platform could not be reached'],
  ['8', 'Published, but not activated, or its template or record is missing'],
  ['9', 'A file could not be read or written'],
]

const CODES: Readonly<Record<ByteNiteErrorCode, number>> = {
  INVALID_OPTION: EXIT_CODES.usage,
  NO_OUTPUT: EXIT_CODES.app,
  NO_ENTRYPOINT: EXIT_CODES.app,
  INVALID_MANIFEST: EXIT_CODES.app,
  CHECK_FAILED: EXIT_CODES.app,
  UNFINISHED_OUTPUT: EXIT_CODES.app,
  SMOKE_FAILED: EXIT_CODES.app,
  MISSING_ENGINE: EXIT_CODES.app,
  UNSAFE_LINK: EXIT_CODES.app,
  TOO_LARGE: EXIT_CODES.app,
  SECRET_FOUND: EXIT_CODES.app,
  UNREADABLE_FILE: EXIT_CODES.files,
  FILE_CHANGED: EXIT_CODES.files,
  ARCHIVE_NOT_WRITTEN: EXIT_CODES.files,
  RESULT_NOT_WRITTEN: EXIT_CODES.files,
  CONCURRENT_BUILD: EXIT_CODES.app,
  CONFLICTING_ARCHIVES: EXIT_CODES.app,
  CONFLICTING_FILES: EXIT_CODES.app,
  BUILD_FAILED: EXIT_CODES.app,
  PUBLISHING_OFF: EXIT_CODES.refused,
  NO_CREDENTIALS: EXIT_CODES.credentials,
  UNAUTHORIZED: EXIT_CODES.credentials,
  REFUSED: EXIT_CODES.refused,
  PLATFORM_ERROR: EXIT_CODES.refused,
  UNREACHABLE: EXIT_CODES.unreachable,
  INVALID_RESPONSE: EXIT_CODES.refused,
  INVALID_ARCHIVE: EXIT_CODES.files,
  VERSION_EXISTS: EXIT_CODES.refused,
  NOT_ACTIVATED: EXIT_CODES.incomplete,
  TEMPLATE_NOT_SAVED: EXIT_CODES.incomplete,
  HASH_MISMATCH: EXIT_CODES.refused,
  RECORD_NOT_WRITTEN: EXIT_CODES.incomplete,
}

/** The exit code for an error. One from another version of this package may have a code that this one does not know. */
export function exitCodeOf(error: unknown): number {
  return isByteNiteError(error) ? (CODES[error.code] ?? 1) : 1
}
