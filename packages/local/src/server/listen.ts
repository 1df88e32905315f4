import { once } from 'node:events'
import { createServer as createHttpServer, type Server, type ServerOptions } from 'node:http'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import { isIPv6, type AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import type { ApiEnv } from '../http/api-env.js'
import type { ResolvedListenOptions } from './listen-options.js'
import { followCertificate, readCertificate } from './tls.js'

export interface LocalServer {
  /** The value for `BYTENITE_API_URL`: on the loopback interface its own address, elsewhere that of the first public URL. */
  readonly apiUrl: string
  readonly port: number
  /** Stops listening and closes all connections. The platform stays open. */
  close(): Promise<void>
}

export interface ServerConfiguration {
  fetch: Hono<ApiEnv>['fetch']
  /** Milliseconds that a client may take to send a request's headers. */
  idleTimeout: number
  /** Origins by which other machines reach the server. */
  publicUrls: readonly string[]
  onWarning: (message: string) => void
}

/** Milliseconds that a connection is kept between two requests. */
const KEEP_ALIVE_TIMEOUT = 30_000

export async function listen(options: ResolvedListenOptions, configuration: ServerConfiguration): Promise<LocalServer> {
  const { server, release } = createServer(options, configuration)
  try {
    server.listen(options.port, options.host)
    await once(server, 'listening')
  } catch (error) {
    release()
    throw error
  }
  const { port } = server.address() as AddressInfo
  const closed = new Promise<void>((resolve) => server.once('close', resolve))
  return {
    apiUrl: `${originOf(options, port, configuration.publicUrls)}/v1`,
    port,
    async close() {
      release()
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function createServer(
  { tls }: ResolvedListenOptions,
  { fetch, idleTimeout, onWarning }: ServerConfiguration,
): { server: Server; release: () => void } {
  const serverOptions: ServerOptions = {
    headersTimeout: idleTimeout,
    connectionsCheckingInterval: Math.min(idleTimeout, 30_000),
    // An upload may take any time, as long as it does not pause.
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
  }
  const options = { fetch, overrideGlobalObjects: false }
  if (tls === undefined) {
    const server = createAdaptorServer({ ...options, createServer: createHttpServer, serverOptions }) as Server
    return { server, release: () => {} }
  }
  const server = createAdaptorServer({
    ...options,
    createServer: createHttpsServer,
    serverOptions: { ...serverOptions, ...readCertificate(tls, onWarning) },
  }) as HttpsServer
  return { server, release: followCertificate(server, tls, onWarning) }
}

function originOf({ host, isLoopback, tls }: ResolvedListenOptions, port: number, publicUrls: readonly string[]): string {
  const own = `${tls === undefined ? 'http' : 'https'}://${isIPv6(host) ? `[${host}]` : host}:${port}`
  return isLoopback ? own : (publicUrls[0] ?? own)
}
