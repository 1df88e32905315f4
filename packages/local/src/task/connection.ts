import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClientOptions } from 'bytenite-uploader'
import { resolveConnection } from 'bytenite-uploader/internal'
import { DEFAULT_PORT, defaultDirectory } from '../utils/defaults.js'

export interface ConnectionOptions {
  /** @default `BYTENITE_API_URL`, else the local platform's usual address */
  apiUrl: string | undefined
  /** @default the credentials in the environment, else the key that the local platform stored */
  apiKey: string | undefined
}

/**
 * Where to fetch a published app, and the credentials to use.
 * @throws {Error} when there is no API key anywhere
 */
export function findConnection({ apiUrl, apiKey }: ConnectionOptions): Pick<ClientOptions, 'apiUrl' | 'credentials'> {
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
