/**
 * - `INVALID_NAME`, `INVALID_CONTAINER`, `UNKNOWN_TEMPLATE`, `UNKNOWN_PACKAGE_MANAGER`: what was asked for cannot be
 * - `NOT_EMPTY`: there is something in the directory already
 * - `NOT_A_DIRECTORY`: a file stands where a directory has to be
 * - `GIT_FAILED`: no repository could be made
 * - `NOT_UNDONE`: something failed, and so did taking back what had been written before
 */
export type CreateErrorCode =
  | 'INVALID_NAME'
  | 'INVALID_CONTAINER'
  | 'UNKNOWN_TEMPLATE'
  | 'UNKNOWN_PACKAGE_MANAGER'
  | 'NOT_EMPTY'
  | 'NOT_A_DIRECTORY'
  | 'GIT_FAILED'
  | 'NOT_UNDONE'

/** Why there is no new project. Nothing is left behind, unless the `code` is `NOT_UNDONE`. */
export class CreateError extends Error {
  override readonly name = 'CreateError'
  readonly code: CreateErrorCode

  constructor(code: CreateErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
