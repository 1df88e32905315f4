import type { PublishedApi } from '../client/api/published-api.js'
import type { Client } from '../client/client.js'
import type { ConnectionOptions } from '../connection/connection.js'
import { ByteNiteError } from '../errors.js'
import type { AppRecord } from '../wire.js'
import type { GivenOptions } from './options/read-options.js'
import type { Screen } from './output/screen.js'

/** The platform, as the options and the environment say. @throws {ByteNiteError} `NO_CREDENTIALS`, `INVALID_OPTION` */
export async function connect({ env, ...options }: GivenOptions, screen: Screen, signal: AbortSignal): Promise<Client> {
  const [{ resolveConnection }, { requireCredentials }, { createClient }] = await Promise.all([
    import('../connection/connection.js'),
    import('../connection/credentials.js'),
    import('../client/client.js'),
  ])
  const connection = resolveConnection(options as ConnectionOptions, env)
  const { apiUrl, retries, timeout } = connection
  return createClient({ apiUrl, retries, timeout, credentials: requireCredentials(connection), signal, onWarning: screen.warn })
}

type Kind = 'apps' | 'engines'

/** A published app or engine. */
export interface Published {
  kind: Kind
  api: PublishedApi<AppRecord>
  record: AppRecord
}

/**
 * Finds what a tag means: an app, else an engine.
 * @param isEngine whether it is an engine for sure
 * @throws {ByteNiteError} `REFUSED` if there is neither
 */
export async function findPublished(client: Client, tag: string, isEngine: boolean): Promise<Published> {
  const { orUndefinedIf404 } = await import('../client/api/or-undefined-if-404.js')
  for (const kind of isEngine ? (['engines'] as const) : (['apps', 'engines'] as const)) {
    const api: PublishedApi<AppRecord> = client[kind]
    const record = await orUndefinedIf404(api.get(tag))
    if (record !== undefined) return { kind, api, record }
  }
  throw new ByteNiteError('REFUSED', `The platform has no ${isEngine ? 'engine' : 'app or engine'} ${tag}.`, {
    hint: 'See what there is: bytenite-uploader list, or list --engines.',
    status: 404,
  })
}
