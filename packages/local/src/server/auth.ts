import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { AccessTokenResponse } from 'bytenite-uploader/wire'
import { Refusal } from './http/refusal.js'

/** Lifetime of an access token, in seconds. */
const TOKEN_LIFETIME = 3600
/** Lifetime of a download link, in seconds. */
const LINK_LIFETIME = 600

/** Grants access by one API key, the access tokens issued for it, and signed links. A restart invalidates tokens and links. */
export class Auth {
  readonly #apiKey: string
  readonly #tokens = new Map<string, number>()
  readonly #linkKey = randomBytes(32)

  constructor(apiKey: string) {
    this.#apiKey = apiKey
  }

  /** @throws {Refusal} 401 unless it is this platform's key */
  exchange(apiKey: string): AccessTokenResponse {
    if (!isSame(apiKey, this.#apiKey)) throw new Refusal(401, 'this API key is not known')
    const token = randomBytes(32).toString('base64url')
    const now = Date.now()
    for (const [old, expiry] of this.#tokens) if (expiry < now) this.#tokens.delete(old)
    this.#tokens.set(token, now + TOKEN_LIFETIME * 1000)
    return { token, expiresIn: String(TOKEN_LIFETIME), scope: 'local' }
  }

  /** @throws {Refusal} 401 unless the header is a bare token that has not expired */
  authenticate(header: string | undefined): void {
    if (!header) throw new Refusal(401, 'the Authorization header is missing')
    if (/^bearer\s/i.test(header)) throw new Refusal(401, 'the Authorization header must be the bare token, without "Bearer"')
    const expiry = this.#tokens.get(header)
    if (expiry === undefined) throw new Refusal(401, 'this access token is not known')
    if (expiry < Date.now()) throw new Refusal(401, 'this access token has expired')
  }

  /** The query that makes a link work without a header. */
  signLink(path: string): string {
    const expires = String(Math.floor(Date.now() / 1000) + LINK_LIFETIME)
    return new URLSearchParams({ expires, signature: this.#signature(path, expires) }).toString()
  }

  /** @throws {Refusal} 403 for a link that was not signed here or has expired */
  verifyLink(path: string, expires = '', signature = ''): void {
    if (!isSame(signature, this.#signature(path, expires)) || Number(expires) * 1000 < Date.now()) {
      throw new Refusal(403, 'this link is invalid or has expired')
    }
  }

  #signature(path: string, expires: string): string {
    return createHmac('sha256', this.#linkKey).update(`${path}\n${expires}`).digest('base64url')
  }
}

/** Compares in constant time, so that the duration does not reveal where two strings differ. */
function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
