import { isByteNiteError, messageOf, withDocs } from '../errors.js'

/**
 * An error to print, safely: its message, after its code if it has one of ours, and where the documentation explains it.
 * @param addition a line between the two
 */
export function errorText(error: Error, addition?: string): string {
  const message = (isByteNiteError(error) ? `[${error.code}] ` : '') + messageOf(error)
  return withDocs(addition === undefined ? message : `${message}\n${addition}`, error)
}
