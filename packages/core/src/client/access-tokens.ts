import type { Credentials } from '../connection/credentials.js'
import type { AccessTokenResponse } from '../wire.js'

/** Seconds before its expiry at which a token is replaced. */
const MARGIN = 60
/** Seconds that a token is valid if the response does not specify it. */
const DEFAULT_LIFETIME = 3600

interface Token {
  value: string
  /** Milliseconds since the epoch. */
  goodUntil: number
}

/** The current access token: a given one, or the latest one exchanged for an API key. */
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
   * Discards a token that the platform rejected.
   * @returns whether a new one can be requested
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
      // So that the next call tries again.
      this.#latest = undefined
      throw error
    }
  }
}
