import type { Credentials } from '../credentials.js'
import type { AccessTokenAnswer } from '../wire.js'

/** Seconds before a token's end from which on it is not used any more. */
const MARGIN = 60
/** Seconds that a token lives when its answer does not say. */
const DEFAULT_LIFETIME = 3600

interface Token {
  value: string
  /** Milliseconds since the epoch. */
  goodUntil: number
}

/** The access token in use: a ready one, or the latest that an API key was exchanged for. */
export class AccessTokens {
  readonly #credentials: Credentials
  readonly #exchange: (apiKey: string) => Promise<AccessTokenAnswer>
  #latest: Promise<Token> | undefined

  constructor(credentials: Credentials, exchange: (apiKey: string) => Promise<AccessTokenAnswer>) {
    this.#credentials = credentials
    this.#exchange = exchange
  }

  async current(): Promise<string> {
    if ('accessToken' in this.#credentials) return this.#credentials.accessToken
    const latest = await this.#latest
    if (latest !== undefined && Date.now() < latest.goodUntil) return latest.value
    return (await this.#renew(this.#credentials.apiKey)).value
  }

  /**
   * Forgets a token that the platform did not accept.
   * @returns whether there can be another one
   */
  async reject(token: string): Promise<boolean> {
    if ('accessToken' in this.#credentials) return false
    if ((await this.#latest)?.value === token) this.#latest = undefined
    return true
  }

  #renew(apiKey: string): Promise<Token> {
    const renewal = this.#exchange(apiKey).then(({ token, expiresIn }) => {
      const lifetime = Number(expiresIn) > 0 ? Number(expiresIn) : DEFAULT_LIFETIME
      return { value: token, goodUntil: Date.now() + (lifetime - Math.min(MARGIN, lifetime / 2)) * 1000 }
    })
    this.#latest = renewal
    // A failed exchange is not remembered.
    renewal.catch(() => {
      if (this.#latest === renewal) this.#latest = undefined
    })
    return renewal
  }
}
