import type { Secret } from '../utils/secret.js'
import { resolveApiUrl } from './api-url.js'
import { missingCredentials, resolveCredentials, type Credentials, type Environment } from './credentials.js'
import { resolveLimits, type Limits, type RequestOptions } from './request-options.js'

/** Who asks which platform, and how patiently. */
export interface ConnectionOptions extends RequestOptions {
  /** API key, exchanged for an access token. @default BYTENITE_API_KEY */
  apiKey?: string | undefined
  /** Access token, used as it is and preferred to an API key. @default BYTENITE_ACCESS_TOKEN */
  accessToken?: string | undefined
  /**
   * The platform's API, up to and with `/v1`; `https:` unless it is on this machine.
   * @default BYTENITE_API_URL, else 'https://api.bytenite.com/v1'
   */
  apiUrl?: string | undefined
}

/** {@link ConnectionOptions} with everything filled in and checked, but for the credentials themselves: see `requireCredentials`. */
export interface Connection extends Limits {
  /** Without a trailing slash. */
  apiUrl: string
  credentials: Secret<Credentials> | undefined
  /** Why there are no credentials, as part of a sentence; `undefined` when there are. */
  missingCredentials: string | undefined
}

/**
 * The one place in which an address, credentials and limits are looked up and checked.
 * @param env where `BYTENITE_*` variables are read
 * @throws {ByteNiteError} `INVALID_OPTION`
 */
export function resolveConnection(options: ConnectionOptions, env: Environment): Connection {
  const credentials = resolveCredentials(options, env)
  return {
    apiUrl: resolveApiUrl(options.apiUrl, env),
    credentials,
    missingCredentials: credentials === undefined ? missingCredentials(env) : undefined,
    ...resolveLimits(options),
  }
}
