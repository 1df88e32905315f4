import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { AccessTokenResponse } from 'bytenite-uploader/wire'
import { Refusal } from './http/refusal.js'

/** Seconds that an access token lives. */
const TOKEN_LIFETIME = 3600
/** Seconds that a link to an archive works. */
const LINK_LIFETIME = 600

/** Who may ask: one API key, the access tokens given out for it, and signed links. Restarting forgets the tokens. */
export class Auth {
  readonly #apiKey: string
  readonly #tokens = new Map<string, number>()
  readonly #linkKey = randomBytes(32)

  constructor(apiKey: string) {
    this.#apiKey = apiKey
  }

  /** @throws {Refusal} 401 for another key than this platform's */
  exchange(apiKey: string): AccessTokenResponse {
    if (!isSame(apiKey, this.#apiKey)) throw new Refusal(401, 'this API key is not known')
    const token = randomBytes(32).toString('base64url')
    const now = Date.now()
    for (const [old, expiry] of this.#tokens) if (expiry < now) this.#tokens.delete(old)
    this.#tokens.set(token, now + TOKEN_LIFETIME * 1000)
    return { token, expiresIn: String(TOKEN_LIFETIME), scope: 'local' }
  }

  /** @throws {Refusal} 401 unless the header is a bare token that is still good */
  authenticate(header: string | undefined): void {
    if (!header) throw new Refusal(401, 'the Authorization header is missing')
    if (/^bearer\s/i.test(header)) throw new Refusal(401, 'the Authorization header takes the bare token, without "Bearer"')
    const expiry = this.#tokens.get(header)
    if (expiry === undefined) throw new Refusal(401, 'this access token is not known')
    if (expiry < Date.now()) throw new Refusal(401, 'this access token has expired')
  }

  /** Query of a link that needs no header. */
  signLink(path: string): string {
    const expires = String(Math.floor(Date.now() / 1000) + LINK_LIFETIME)
    return new URLSearchParams({ expires, signature: this.#signature(path, expires) }).toString()
  }

  /** @throws {Refusal} 403 for a link that was not signed here, or is too old */
  verifyLink(path: string, expires = '', signature = ''): void {
    if (!isSame(signature, this.#signature(path, expires)) || Number(expires) * 1000 < Date.now()) {
      throw new Refusal(403, 'this link is not valid, or no longer')
    }
  }

  #signature(path: string, expires: string): string {
    return createHmac('sha256', this.#linkKey).update(`${path}\n${expires}`).digest('base64url')
  }
}

/** Compares without telling by its time where two strings differ. */
function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
