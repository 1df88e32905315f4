import type { AccessTokenResponse } from 'bytenite-uploader/wire'
import { Refusal } from '../refusal.js'
import type { KeyRing } from '../store/key-ring.js'
import type { Signatures } from './signatures.js'

/** Lifetime of an access token, in seconds. */
const TOKEN_LIFETIME = 3600

/**
 * Grants access by API keys, the access tokens issued for them, and signed links. Nothing of it is stored: whatever has the
 * right signature is valid until it expires. So tokens and links outlive a restart, and a key that is not accepted any
 * more ends its tokens.
 */
export class Auth {
  readonly #keys: KeyRing
  readonly #signatures: Signatures

  constructor(keys: KeyRing, signatures: Signatures) {
    this.#keys = keys
    this.#signatures = signatures
  }

  /** @throws {Refusal} 401 unless it is a key of this platform */
  exchange(apiKey: string): AccessTokenResponse {
    const key = this.#keys.find(apiKey)
    if (key === undefined) throw new Refusal(401, 'this API key is not known')
    const expires = String(now() + TOKEN_LIFETIME)
    const token = [key.id, expires, this.#signatures.sign('token', key.id, expires)].join('.')
    return { token, expiresIn: String(TOKEN_LIFETIME), scope: 'local' }
  }

  /**
   * @param header a token, with or without `Bearer` before it
   * @returns the ID of the key that the token was issued for
   * @throws {Refusal} 401 for a token that was not issued here or has expired, or whose key is not accepted any more
   */
  authenticate(header: string | undefined): string {
    const token = header?.replace(/^bearer +/i, '')
    if (!token) throw new Refusal(401, 'the Authorization header is missing')
    const [id = '', expires = '', signature = '', ...rest] = token.split('.')
    if (rest.length > 0 || !this.#signatures.isValid(signature, 'token', id, expires))
      throw new Refusal(401, 'this access token is not known')
    if (Number(expires) < now()) throw new Refusal(401, 'this access token has expired')
    if (!this.#keys.isValid(id)) throw new Refusal(401, 'the API key of this access token has been revoked')
    return id
  }

  /** The name of a key, for people. */
  nameOf(keyId: string): string {
    return this.#keys.nameOf(keyId) ?? keyId
  }

  /**
   * The query that makes a link work without a header.
   * @param path without escapes
   * @param lifetime in seconds
   */
  signLink(path: string, lifetime: number): string {
    const expires = String(now() + lifetime)
    return new URLSearchParams({ expires, signature: this.#signatures.sign('link', path, expires) }).toString()
  }

  /** @throws {Refusal} 403 for a link that was not signed here or has expired */
  verifyLink(path: string, expires = '', signature = ''): void {
    if (!this.#signatures.isValid(signature, 'link', path, expires) || Number(expires) < now()) {
      throw new Refusal(403, 'this link is invalid or has expired')
    }
  }
}

/** In seconds, rounded down. */
function now(): number {
  return Math.floor(Date.now() / 1000)
}
