import { Refusal } from '../refusal.js'
import type { Auth } from './auth.js'
import type { ApiContext } from './api-env.js'

/**
 * A URL of this platform that works without a token.
 * @param parts of the path, without escapes
 * @param lifetime in seconds
 */
export function createLink(c: ApiContext, auth: Auth, parts: readonly (string | number)[], lifetime: number): string {
  const path = `/${parts.map((part) => encodeURIComponent(part)).join('/')}`
  return `${c.get('baseUrl')}${path}?${auth.signLink(withoutEscapes(path), lifetime)}`
}

/** @throws {Refusal} 403 for a link that was not signed here or has expired */
export function checkLink(c: ApiContext, auth: Auth): void {
  const { pathname, searchParams } = new URL(c.req.url)
  auth.verifyLink(withoutEscapes(pathname), searchParams.get('expires') ?? undefined, searchParams.get('signature') ?? undefined)
}

/** Clients may escape the same path in other ways. */
function withoutEscapes(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw new Refusal(403, 'this link is invalid')
  }
}
