import { once } from 'node:events'
import type { Server, ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import type { ApiEnv } from './http/api-env.js'

export interface LocalServer {
  /** The value for `BYTENITE_API_URL`. */
  readonly apiUrl: string
  /** Stops listening and closes all connections. The platform stays open. */
  close(): Promise<void>
}

const HOST = '127.0.0.1'
/** Milliseconds that a connection is kept between two requests. */
const KEEP_ALIVE_TIMEOUT = 30_000

/**
 * Listens on the loopback interface.
 * @param idleTimeout milliseconds that a client may take to send a request's headers
 */
export async function listen(fetch: Hono<ApiEnv>['fetch'], port: number, idleTimeout: number): Promise<LocalServer> {
  const serverOptions: ServerOptions = {
    headersTimeout: idleTimeout,
    connectionsCheckingInterval: Math.min(idleTimeout, 30_000),
    // An upload may take any time, as long as it does not pause.
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
  }
  const server = createAdaptorServer({ fetch, overrideGlobalObjects: false, serverOptions }) as Server
  server.listen(port, HOST)
  await once(server, 'listening')
  let closed: Promise<void> | undefined
  return {
    apiUrl: `http://${HOST}:${(server.address() as AddressInfo).port}/v1`,
    close: () => (closed ??= closeServer(server)),
  }
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
