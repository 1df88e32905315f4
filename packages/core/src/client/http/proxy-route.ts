import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { ByteNiteError } from '../../errors.js'
import { CONNECT_TIMEOUT, type Route } from './route.js'

/**
 * A way through a proxy, except to the servers that `NO_PROXY` names.
 * @param proxy its address
 * @throws {ByteNiteError} `INVALID_OPTION` if the address is invalid
 */
export async function createProxyRoute(proxy: string): Promise<Route> {
  const agent = await createAgent(proxy)
  return {
    hasProxy: true,
    async send({ url, method, headers, body }) {
      const response = await agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: method as Dispatcher.HttpMethod,
        headers,
        // undici accepts any iterable, despite its type.
        body: (body as unknown as Readable | undefined) ?? null,
        // Whoever sends has limits of their own, which also cover connecting.
        headersTimeout: 0,
        bodyTimeout: 0,
      })
      return { status: response.statusCode, headers: response.headers, body: response.body }
    },
    // Unlike undici's own signal, this also ends a request that has no connection yet.
    close: () => agent.destroy(),
  }
}

async function createAgent(proxy: string): Promise<Dispatcher> {
  // By the path of its file, because Bun puts a module of its own in the place of `undici`, which has no dispatchers.
  const { EnvHttpProxyAgent } = await import('undici/index.js')
  const connect = { timeout: CONNECT_TIMEOUT }
  try {
    return new EnvHttpProxyAgent({ httpProxy: proxy, httpsProxy: proxy, connect, requestTls: connect, proxyTls: connect })
  } catch {
    // The original error contains the address, which may contain a password.
    throw new ByteNiteError('INVALID_OPTION', "The proxy's address in HTTPS_PROXY is not a URL.", {
      hint: 'Expected a URL such as http://proxy.example:3128.',
    })
  }
}
