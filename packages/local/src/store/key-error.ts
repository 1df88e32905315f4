import { plainText } from 'bytenite-uploader/internal/plain-text'

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

  constructor(code: KeyErrorCode, message: string, options?: ErrorOptions) {
    super(plainText(message), options)
    this.code = code
  }
}
