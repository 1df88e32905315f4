import { plainText } from 'bytenite-uploader/internal/plain-text'
import { docsOf } from '../utils/docs-of.js'

/**
 * - `INVALID_NAME`: no key may have this name
 * - `NAME_TAKEN`: another key has the name
 * - `UNKNOWN_NAME`: no key has the name
 */
export type KeyErrorCode = 'INVALID_NAME' | 'NAME_TAKEN' | 'UNKNOWN_NAME'

/** A change to the API keys that cannot be made. Nothing was changed. The message is one line, and safe to print. */
export class KeyError extends Error {
  override readonly name = 'KeyError'
  readonly code: KeyErrorCode
  /** Where the likely causes and their remedies are: a file of the installed package, with the anchor of the code's entry in it. */
  readonly docs: string

  constructor(code: KeyErrorCode, message: string, options?: ErrorOptions) {
    super(plainText(message), options)
    this.code = code
    this.docs = docsOf(code)
  }
}
