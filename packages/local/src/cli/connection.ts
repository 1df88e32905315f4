import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClientOptions } from 'bytenite-uploader'
import { resolveConnection } from 'bytenite-uploader/internal'
import { DEFAULT_PORT, defaultDirectory } from '../utils/defaults.js'

/** The options of every command that talks to a platform. */
export const CONNECTION_OPTIONS: {
  'api-url': { value: string; description: string }
  'api-key': { value: string; description: string }
} = {
  'api-url': { value: '<url>', description: `The platform (default: BYTENITE_API_URL, or http://127.0.0.1:${DEFAULT_PORT}/v1)` },
  'api-key': { value: '<key>', description: "API key (default: BYTENITE_API_KEY, or the local platform's)" },
}

export type PlatformConnection = Pick<ClientOptions, 'apiUrl' | 'credentials'>

export interface ConnectionValues {
  /** @default `BYTENITE_API_URL`, else the local platform's usual address */
  'api-url': string | undefined
  /** @default the credentials in the environment, else the key that the local platform stored */
  'api-key': string | undefined
}

/**
 * The platform to talk to, and the credentials to use.
 * @throws {Error} when there is no API key anywhere
 */
export function findConnection({ 'api-url': apiUrl, 'api-key': apiKey }: ConnectionValues): PlatformConnection {
  const address = apiUrl ?? (process.env['BYTENITE_API_URL'] || `http://127.0.0.1:${DEFAULT_PORT}/v1`)
  const resolved = resolveConnection({ apiUrl: address, apiKey }, process.env)
  return { apiUrl: resolved.apiUrl, credentials: resolved.credentials?.reveal() ?? { apiKey: storedKey() } }
}

function storedKey(): string {
  const file = join(defaultDirectory(), 'api-key')
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new Error(`No API key. Set BYTENITE_API_KEY, or start "bytenite-local serve" once: it stores a new key in ${file}.`, {
      cause: error,
    })
  }
}
