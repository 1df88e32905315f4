import type { Dispatcher } from 'undici'
import { isLoopback } from '../../connection/api-url.js'
import { ByteNiteError } from '../../errors.js'

/** The way to a server, and whether a proxy may stand on it. */
export interface Route {
  dispatcher: Dispatcher
  hasProxy: boolean
}

/** Milliseconds until a server has taken a connection; what an operating system needs to find out is longer. */
const CONNECT_TIMEOUT = 10_000

/**
 * The way to a server: directly, or by the proxy that `HTTPS_PROXY` and `NO_PROXY` name; directly to what is on this
 * machine. Made for one attempt only, so that none starts on a connection that has died, and none is left open.
 * @throws {ByteNiteError} `INVALID_OPTION` for a proxy's address that cannot be used
 */
export async function createRoute(url: URL): Promise<Route> {
  // Loaded here so that packing alone never pays for it.
  const { Agent, EnvHttpProxyAgent } = await import('undici')
  const connect = { timeout: CONNECT_TIMEOUT }
  if (isLoopback(url.hostname)) return { dispatcher: new Agent({ connect }), hasProxy: false }
  try {
    return { dispatcher: new EnvHttpProxyAgent({ connect, requestTls: connect, proxyTls: connect }), hasProxy: hasProxy() }
  } catch {
    // The error repeats the address, which may hold a password.
    throw new ByteNiteError('INVALID_OPTION', "The proxy's address in HTTPS_PROXY or HTTP_PROXY is not a URL.", {
      hint: 'Expected one such as http://proxy.example:3128.',
    })
  }
}

function hasProxy(): boolean {
  return ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'].some((name) => process.env[name])
}
