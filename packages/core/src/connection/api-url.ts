import { ByteNiteError } from '../errors.js'

const DEFAULT_API_URL = 'https://api.bytenite.com/v1'

/**
 * The platform's address: the option, then `BYTENITE_API_URL`, then that of the hosted platform.
 * @throws {ByteNiteError} `INVALID_OPTION`
 */
export function resolveApiUrl(option: string | undefined, env: { readonly [name: string]: string | undefined }): string {
  if (option !== undefined) return checkApiUrl(option, 'the option "apiUrl"')
  return checkApiUrl(env['BYTENITE_API_URL'] || DEFAULT_API_URL, 'BYTENITE_API_URL')
}

/**
 * The address as it is used: without a trailing slash.
 * @param source what the value was given by, for messages
 * @throws {ByteNiteError} `INVALID_OPTION`
 */
function checkApiUrl(value: string, source: string): string {
  const invalid = (expected: string): ByteNiteError =>
    new ByteNiteError('INVALID_OPTION', `The platform's address in ${source} ${expected}.`, {
      hint: `Expected a URL such as ${DEFAULT_API_URL}.`,
    })
  // The value itself is not repeated in a message: a URL may carry a password.
  if (!URL.canParse(value)) throw invalid('is not a URL')
  const url = new URL(value)
  if (url.username !== '' || url.password !== '') throw invalid('must not contain credentials')
  if (!isEncryptedOrLocal(url)) {
    throw invalid('must use https, so that credentials travel encrypted (http is for this machine only)')
  }
  const path = url.pathname.replace(/\/+$/, '')
  if (!path.endsWith('/v1') || url.search !== '' || url.hash !== '') throw invalid('must end in /v1')
  return url.origin + path
}

/** Whether nobody on the way can read what is sent to `url`. */
export function isEncryptedOrLocal(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
