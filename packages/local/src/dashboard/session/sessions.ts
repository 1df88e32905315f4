import { randomBytes } from 'node:crypto'
import type { Signatures } from '../../http/signatures.js'
import type { KeyRing } from '../../store/key-ring.js'
import type { Session } from '../../http/api-env.js'

/** Seconds. */
export const SESSION_LIFETIME: number = 7 * 24 * 3600

/**
 * Who is logged in, by the text of a cookie. Nothing of it is stored: what has the right signature is valid until it expires, or
 * until its key is revoked. It is no access token: the API does not know it.
 */
export class Sessions {
  readonly #keys: KeyRing
  readonly #signatures: Signatures

  constructor(keys: KeyRing, signatures: Signatures) {
    this.#keys = keys
    this.#signatures = signatures
  }

  /** @returns the ID of the API key that this text is */
  findKey(apiKey: string): string | undefined {
    return this.#keys.find(apiKey)?.id
  }

  /** @returns the text of the cookie */
  open(keyId: string): string {
    const [id, expires] = [randomBytes(12).toString('hex'), String(now() + SESSION_LIFETIME)]
    return [id, keyId, expires, this.#signatures.sign('session', id, keyId, expires)].join('.')
  }

  find(cookie: string): Session | undefined {
    const [id = '', keyId = '', expires = '', signature = '', ...rest] = cookie.split('.')
    if (rest.length > 0 || !this.#signatures.isValid(signature, 'session', id, keyId, expires)) return undefined
    return Number(expires) >= now() && this.#keys.isValid(keyId) ? { id, keyId } : undefined
  }

  /** What a page proves with that it comes from here. A page of another site cannot know it. */
  formToken({ id }: Session): string {
    return this.#signatures.sign('form', id)
  }

  isFormToken({ id }: Session, token: string): boolean {
    return this.#signatures.isValid(token, 'form', id)
  }

  /** For people. */
  nameOf({ keyId }: Session): string {
    return this.#keys.nameOf(keyId) ?? keyId
  }
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}
