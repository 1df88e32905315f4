import { ByteNiteError } from '../errors.js'

const DEFAULT_API_URL = 'https://api.bytenite.com/v1'

/** The host of the hosted platform, which has been shut down. */
export const HOSTED_PLATFORM: string = new URL(DEFAULT_API_URL).host

/**
 * Resolves the platform's address: the option, else `BYTENITE_API_URL`, else the hosted platform.
 * @throws {ByteNiteError} `INVALID_OPTION`
 */
export function resolveApiUrl(option: string | undefined, env: { readonly [name: string]: string | undefined }): string {
  if (option !== undefined) return checkApiUrl(option, 'the option "apiUrl"')
  return checkApiUrl(env['BYTENITE_API_URL'] || DEFAULT_API_URL, 'BYTENITE_API_URL')
}

/**
 * Checks an address.
 * @param source name of the option or variable, for messages
 * @returns the address without a trailing slash
 * @throws {ByteNiteError} `INVALID_OPTION`
 */
function checkApiUrl(value: string, source: string): string {
  const invalid = (expected: string): ByteNiteError =>
    new ByteNiteError('INVALID_OPTION', `The platform's address in ${source} ${expected}.`, {
      hint: `Expected a URL such as ${DEFAULT_API_URL}.`,
    })
  // The message never contains the value, because a URL may include a password.
  if (!URL.canParse(value)) throw invalid('is not a URL')
  const url = new URL(value)
  if (url.username !== '' || url.password !== '') throw invalid('must not contain credentials')
  if (!isEncryptedOrLocal(url)) {
    throw invalid('must use https, so that credentials are encrypted (http is only allowed for this machine)')
  }
  const path = url.pathname.replace(/\/+$/, '')
  if (!path.endsWith('/v1') || url.search !== '' || url.hash !== '') throw invalid('must end in /v1')
  return url.origin + path
}

/** Whether requests to `url` are encrypted, or never leave this machine. */
export function isEncryptedOrLocal(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
