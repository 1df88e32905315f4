import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import envPaths from 'env-paths'
import { createApi } from './api.js'
import { Auth } from './auth.js'
import { Store } from './store.js'

export interface LocalPlatformOptions {
  /**
   * Where apps, engines, templates and the API key are kept.
   * @default the user's data directory, such as ~/.local/share/bytenite-local
   */
  directory?: string | undefined
  /** The API key to accept, which is not stored. @default one that is made at the first start, and kept */
  apiKey?: string | undefined
}

/** The platform, not yet reachable. */
export interface LocalPlatform {
  /** Absolute. */
  readonly directory: string
  readonly apiKey: string
  /** Whether the API key was made just now. */
  readonly isNewKey: boolean
  /** Handles one request. */
  fetch(request: Request): Response | Promise<Response>
  /**
   * Listens on this machine only.
   * @param port 0 lets the system choose a free one
   * @throws {Error} with the system's `code`, such as `EADDRINUSE`
   */
  listen(port?: number): Promise<LocalServer>
}

export interface LocalServer {
  /** What `BYTENITE_API_URL` is set to. */
  readonly apiUrl: string
  /** Stops listening and ends every connection. */
  close(): Promise<void>
}

const HOST = '127.0.0.1'

export function defaultDirectory(): string {
  return envPaths('bytenite-local', { suffix: '' }).data
}

/** The ByteNite platform on one machine: the same API, with the same rules, on plain files. */
export function createLocalPlatform(options: LocalPlatformOptions = {}): LocalPlatform {
  const directory = resolve(options.directory ?? defaultDirectory())
  const store = new Store(directory)
  const { value: apiKey, isNew: isNewKey } = options.apiKey ? { value: options.apiKey, isNew: false } : store.apiKey()
  const { fetch } = createApi(store, new Auth(apiKey))
  return { directory, apiKey, isNewKey, fetch: (request) => fetch(request), listen: (port = 0) => listen(fetch, port) }
}

async function listen(fetch: ReturnType<typeof createApi>['fetch'], port: number): Promise<LocalServer> {
  const server = createAdaptorServer({ fetch, overrideGlobalObjects: false }) as Server
  // An upload may take longer than Node's five minutes for a whole request.
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
