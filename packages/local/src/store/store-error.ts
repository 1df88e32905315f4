import { plainText } from 'bytenite-uploader/internal/plain-text'
import { docsOf } from '../utils/docs-of.js'

/**
 * - `DIRECTORY_IN_USE`: another platform uses the directory
 * - `FOREIGN_DIRECTORY`: the directory contains other files, or is not a directory
 * - `UNKNOWN_FORMAT`: a newer version wrote the directory
 * - `NO_PLATFORM`: a command that needs the data of a platform was given a directory that does not exist
 */
export type StoreErrorCode = 'DIRECTORY_IN_USE' | 'FOREIGN_DIRECTORY' | 'UNKNOWN_FORMAT' | 'NO_PLATFORM'

/**
 * A directory that cannot be used for the platform's data. Nothing in it was changed. The message is one line, and safe to
 * print.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode
  /** Where the likely causes and their remedies are: a file of the installed package, with the anchor of the code's entry in it. */
  readonly docs: string

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(plainText(message), options)
    this.code = code
    this.docs = docsOf(code)
  }
}
