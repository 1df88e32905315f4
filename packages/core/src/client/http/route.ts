import type { Dispatcher } from 'undici'
import { isLoopback } from '../../connection/api-url.js'
import { ByteNiteError } from '../../errors.js'
import { loadUndici, loadUndiciParts } from './undici.js'

/** The connection to a server, and whether it may use a proxy. */
export interface Route {
  dispatcher: Dispatcher
  /** Sends a request on it. */
  send(options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData>
  hasProxy: boolean
}

/** Milliseconds to connect to a server. The operating system's own limit is longer. */
const CONNECT_TIMEOUT = 10_000

/**
 * Connects to a server directly, or through the proxy set by `HTTPS_PROXY` and `NO_PROXY`. Never uses a proxy for this
 * machine. Each attempt gets its own connection, so that none starts on a dead connection or leaves one open.
 * @throws {ByteNiteError} `INVALID_OPTION` if the proxy's address is invalid
 */
export async function createRoute(url: URL): Promise<Route> {
  // Loaded here so that packing alone never pays for it.
  const { Agent, request } = await loadUndiciParts()
  const routeOf = (dispatcher: Dispatcher, hasProxy: boolean): Route => ({
    dispatcher,
    send: (options) => request.call(dispatcher, options),
    hasProxy,
  })
  const connect = { timeout: CONNECT_TIMEOUT }
  // HTTP_PROXY is for http: alone, which is spoken to this machine only.
  const proxy = process.env['https_proxy'] || process.env['HTTPS_PROXY']
  if (!proxy || isLoopback(url.hostname)) return routeOf(new Agent({ connect }), false)
  const { EnvHttpProxyAgent } = await loadUndici()
  try {
    const proxies = { httpProxy: proxy, httpsProxy: proxy }
    return routeOf(new EnvHttpProxyAgent({ ...proxies, connect, requestTls: connect, proxyTls: connect }), true)
  } catch {
    // The original error contains the address, which may contain a password.
    throw new ByteNiteError('INVALID_OPTION', "The proxy's address in HTTPS_PROXY is not a URL.", {
      hint: 'Expected a URL such as http://proxy.example:3128.',
    })
  }
}
