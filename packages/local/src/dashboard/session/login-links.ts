import { createHash, randomBytes } from 'node:crypto'

/** Seconds. */
export const LINK_LIFETIME = 600
const MAX_LINKS = 1000

/** Links to log in with that work once. They end with the process. */
export class LoginLinks {
  /** By the hash of the text, so that the time to find one tells nothing about it. */
  readonly #links = new Map<string, { keyId: string; expires: number }>()

  /**
   * @returns the path of a link for whoever has this API key. Its text follows a `#`: no browser sends that anywhere, so that it is in no
   * log of a proxy and in no referrer.
   */
  create(keyId: string): string {
    const text = randomBytes(24).toString('base64url')
    for (const [hash, { expires }] of this.#links) if (expires < Date.now() || this.#links.size >= MAX_LINKS) this.#links.delete(hash)
    this.#links.set(hashOf(text), { keyId, expires: Date.now() + LINK_LIFETIME * 1000 })
    return `/login/link#${text}`
  }

  /** @returns the ID of the API key; `undefined` for a link that was used, is too old, or is none */
  redeem(text: string): string | undefined {
    const hash = hashOf(text)
    const link = this.#links.get(hash)
    this.#links.delete(hash)
    return link !== undefined && link.expires >= Date.now() ? link.keyId : undefined
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
