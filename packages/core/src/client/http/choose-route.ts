import { isLoopback } from '../../connection/api-url.js'
import type { Route } from './route.js'

/**
 * Chooses the way to a server: directly, or through the proxy set by `HTTPS_PROXY` and `NO_PROXY`. Never uses a proxy for this
 * machine.
 * @throws {ByteNiteError} `INVALID_OPTION` if the proxy's address is invalid
 */
export async function chooseRoute(url: URL): Promise<Route> {
  // HTTP_PROXY is for http: alone, which is spoken to this machine only.
  const proxy = process.env['https_proxy'] || process.env['HTTPS_PROXY']
  // Loaded here so that packing alone never pays for them.
  if (!proxy || isLoopback(url.hostname)) return (await import('./direct-route.js')).createDirectRoute()
  return (await import('./proxy-route.js')).createProxyRoute(proxy)
}
