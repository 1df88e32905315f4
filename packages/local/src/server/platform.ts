import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { createApi } from './api.js'
import { Auth } from './auth.js'
import { Store } from './store.js'
import { defaultDirectory } from '../utils/defaults.js'

export interface LocalPlatformOptions {
  /**
   * Directory for apps, engines, templates and the API key.
   * @default the user's data directory, such as ~/.local/share/bytenite-local
   */
  directory?: string | undefined
  /** The API key to accept; it is not stored. @default a key that is created at the first start and stored */
  apiKey?: string | undefined
}

/** A platform that does not listen yet. */
export interface LocalPlatform {
  /** Absolute path. */
  readonly directory: string
  readonly apiKey: string
  /** Whether the API key was created by this call. */
  readonly isNewKey: boolean
  /** Handles one request. */
  fetch(request: Request): Response | Promise<Response>
  /**
   * Listens on the loopback interface only.
   * @param port 0 picks a free one
   * @throws {Error} with the system's `code`, such as `EADDRINUSE`
   */
  listen(port?: number): Promise<LocalServer>
}

export interface LocalServer {
  /** The value for `BYTENITE_API_URL`. */
  readonly apiUrl: string
  /** Stops listening and closes all connections. */
  close(): Promise<void>
}

const HOST = '127.0.0.1'

/** Creates a ByteNite platform on this machine: the same API and rules, on plain files. */
export function createLocalPlatform(options: LocalPlatformOptions = {}): LocalPlatform {
  const directory = resolve(options.directory ?? defaultDirectory())
  const store = new Store(directory)
  const { value: apiKey, isNew: isNewKey } = options.apiKey ? { value: options.apiKey, isNew: false } : store.apiKey()
  const { fetch } = createApi(store, new Auth(apiKey))
  return { directory, apiKey, isNewKey, fetch: (request) => fetch(request), listen: (port = 0) => listen(fetch, port) }
}

async function listen(fetch: ReturnType<typeof createApi>['fetch'], port: number): Promise<LocalServer> {
  const server = createAdaptorServer({ fetch, overrideGlobalObjects: false }) as Server
  // An upload may take longer than the five minutes that Node allows for a request.
  server.requestTimeout = 0
  server.listen(port, HOST)
  await once(server, 'listening')
  return {
    apiUrl: `http://${HOST}:${(server.address() as AddressInfo).port}/v1`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
