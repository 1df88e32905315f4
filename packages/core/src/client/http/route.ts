import type { Dispatcher } from 'undici'
import { isLoopback } from '../../connection/api-url.js'
import { ByteNiteError } from '../../errors.js'
import { loadUndici } from './undici.js'

/** The connection to a server, and whether it may use a proxy. */
export interface Route {
  dispatcher: Dispatcher
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
  const { Agent, EnvHttpProxyAgent } = await loadUndici()
  const connect = { timeout: CONNECT_TIMEOUT }
  // HTTP_PROXY is for http: alone, which is spoken to this machine only.
  const proxy = process.env['https_proxy'] || process.env['HTTPS_PROXY']
  if (!proxy || isLoopback(url.hostname)) return { dispatcher: new Agent({ connect }), hasProxy: false }
  try {
    const proxies = { httpProxy: proxy, httpsProxy: proxy }
    return { dispatcher: new EnvHttpProxyAgent({ ...proxies, connect, requestTls: connect, proxyTls: connect }), hasProxy: true }
  } catch {
    // The original error contains the address, which may contain a password.
    throw new ByteNiteError('INVALID_OPTION', "The proxy's address in HTTPS_PROXY is not a URL.", {
      hint: 'Expected a URL such as http://proxy.example:3128.',
    })
  }
}
