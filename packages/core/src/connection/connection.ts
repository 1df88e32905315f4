import type { Secret } from '../utils/secret.js'
import { resolveApiUrl } from './api-url.js'
import { missingCredentials, resolveCredentials, type Credentials, type Environment } from './credentials.js'
import { readOverride, type Override } from './override.js'
import { resolveLimits, type Limits, type RequestOptions } from './request-options.js'

/** The platform, the credentials, and the limits of requests. */
export interface ConnectionOptions extends RequestOptions {
  /**
   * Your API key, exchanged for an access token.
   * @env BYTENITE_API_KEY
   * @default none
   */
  apiKey?: string | undefined
  /**
   * An access token, preferred to the API key.
   * @env BYTENITE_ACCESS_TOKEN
   * @default obtained with the API key
   */
  accessToken?: string | undefined
  /**
   * The platform's address, including `/v1`: `https`, or `http` on this machine.
   * @env BYTENITE_API_URL
   * @default 'https://api.bytenite.com/v1'
   */
  apiUrl?: string | undefined
}

/** Complete and checked {@link ConnectionOptions}, except that `requireCredentials` checks the credentials. */
export interface Connection extends Limits {
  /** Without a trailing slash. */
  apiUrl: string
  credentials: Secret<Credentials> | undefined
  /** Why credentials are missing, as part of a sentence; `undefined` if they are not. */
  missingCredentials: string | undefined
  /** The program that lets nothing be changed on the platform; `undefined` if there is none. */
  forbiddenBy: string | undefined
}

/**
 * Resolves and checks the address, credentials and limits.
 * @param env source of the `BYTENITE_*` variables
 * @throws {ByteNiteError} `INVALID_OPTION`
 */
export function resolveConnection(options: ConnectionOptions, env: Environment): Connection {
  const override = readOverride()
  const { apiUrl, ...login } = connectionFrom(options, override)
  const credentials = resolveCredentials(login, env)
  return {
    apiUrl: resolveApiUrl(apiUrl, env),
    credentials,
    missingCredentials: credentials === undefined ? missingCredentials(env) : undefined,
    forbiddenBy: override?.publish === false ? override.by : undefined,
    ...resolveLimits(options),
  }
}

function connectionFrom(options: ConnectionOptions, override: Override | undefined): ConnectionOptions {
  return override?.publish === true ? { apiUrl: override.apiUrl, apiKey: override.apiKey } : options
}
