import { isEncryptedOrLocal } from '../../connection/api-url.js'
import { ByteNiteError } from '../../errors.js'

/**
 * A link that a platform gave out. It grants access by itself. Like credentials, it is never shown, and never sent unencrypted.
 * @param to what it leads to, for the message; safe to print
 * @throws {ByteNiteError} `INVALID_RESPONSE`
 */
export function checkLink(link: unknown, to: string): URL {
  if (typeof link === 'string' && URL.canParse(link)) {
    const url = new URL(link)
    if (isEncryptedOrLocal(url)) return url
  }
  throw new ByteNiteError('INVALID_RESPONSE', `The platform's link to ${to} is not an https URL.`)
}
