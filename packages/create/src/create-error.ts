/**
 * - `INVALID_NAME`, `INVALID_CONTAINER`, `UNKNOWN_TEMPLATE`, `UNKNOWN_PACKAGE_MANAGER`: an option has an invalid value
 * - `NOT_EMPTY`: the directory is not empty
 * - `NOT_A_DIRECTORY`: a file is in the place of a directory
 * - `GIT_FAILED`: the repository could not be created
 * - `NOT_UNDONE`: something failed, and so did removing the files written before
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

/** The project was not created. Everything is as it was before, unless the `code` is `NOT_UNDONE`. */
export class CreateError extends Error {
  override readonly name = 'CreateError'
  readonly code: CreateErrorCode
  /** Where the likely causes and their remedies are: a file of the installed package, with the anchor of the code's entry in it. */
  readonly docs: string

  constructor(code: CreateErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.docs = `create-bytenite-app/docs/errors.md#${code.toLowerCase()}`
  }
}
