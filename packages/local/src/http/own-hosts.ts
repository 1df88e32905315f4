import type { MiddlewareHandler } from 'hono'
import type { ApiEnv } from './api-env.js'
import { Refusal } from '../refusal.js'

/** Names that only this machine reaches. A host is normalised when it is parsed. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/**
 * Accepts requests to this machine's own names and to `publicUrls` only, and none from the pages of other sites. Otherwise
 * any web page could use a platform on the loopback interface: directly, or by a DNS name that leads here.
 */
export function ownHosts(publicUrls: readonly string[]): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const url = new URL(c.req.url)
    const baseUrl = publicUrls.find((publicUrl) => isFor(url, publicUrl)) ?? (LOOPBACK.test(url.hostname) ? url.origin : undefined)
    if (baseUrl === undefined) {
      throw new Refusal(421, `this platform does not serve the host ${url.host}; to allow it, start with --public-url ${url.origin}`)
    }
    const origin = c.req.header('origin')
    if (origin !== undefined && origin !== baseUrl)
      throw new Refusal(403, `requests from other sites are refused; this one is from ${origin}`)
    c.set('baseUrl', baseUrl)
    await next()
  }
}

/** A server behind a proxy does not know the scheme, nor its default port. */
function isFor(url: URL, publicUrl: string): boolean {
  const { protocol, host } = new URL(publicUrl)
  return new URL(`${protocol}//${url.host}`).host === host
}
