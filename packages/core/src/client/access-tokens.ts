import type { Credentials } from '../connection/credentials.js'
import type { AccessTokenResponse } from '../wire.js'

/** Seconds before a token's end from which on it is not used any more. */
const MARGIN = 60
/** Seconds that a token lives when its response does not say. */
const DEFAULT_LIFETIME = 3600

interface Token {
  value: string
  /** Milliseconds since the epoch. */
  goodUntil: number
}

/** The access token in use: a ready one, or the latest that an API key was exchanged for. */
export class AccessTokens {
  readonly #credentials: Credentials
  readonly #exchange: (apiKey: string) => Promise<AccessTokenResponse>
  #latest: Promise<Token> | undefined

  constructor(credentials: Credentials, exchange: (apiKey: string) => Promise<AccessTokenResponse>) {
    this.#credentials = credentials
    this.#exchange = exchange
  }

  async current(): Promise<string> {
    const credentials = this.#credentials
    if ('accessToken' in credentials) return credentials.accessToken
    const latest = (this.#latest ??= this.#renew(credentials.apiKey))
    const { value, goodUntil } = await latest
    if (Date.now() < goodUntil) return value
    if (this.#latest === latest) this.#latest = undefined
    return (await (this.#latest ??= this.#renew(credentials.apiKey))).value
  }

  /**
   * Forgets a token that the platform did not accept.
   * @returns whether there can be another one
   */
  async reject(token: string): Promise<boolean> {
    if ('accessToken' in this.#credentials) return false
    const latest = this.#latest
    if ((await latest)?.value === token && this.#latest === latest) this.#latest = undefined
    return true
  }

  async #renew(apiKey: string): Promise<Token> {
    try {
      const { token, expiresIn } = await this.#exchange(apiKey)
      const lifetime = Number(expiresIn) > 0 ? Number(expiresIn) : DEFAULT_LIFETIME
      return { value: token, goodUntil: Date.now() + (lifetime - Math.min(MARGIN, lifetime / 2)) * 1000 }
    } catch (error) {
      // A failure is not remembered.
      this.#latest = undefined
      throw error
    }
  }
}
