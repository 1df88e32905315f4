import { isByteNiteError, messageOf } from '../errors.js'

/** An error's message, safe to print, after its code if it has one of ours. */
export function errorText(error: Error): string {
  return (isByteNiteError(error) ? `[${error.code}] ` : '') + messageOf(error)
}
