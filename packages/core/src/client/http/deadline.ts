import type { Timeouts } from '../../connection/request-options.js'

/** Bytes a second; a connection that moves less does not move. */
const MIN_RATE = 1024

/** Watches one attempt at a request and tells, once, that nothing has happened for too long. */
export class Deadline {
  readonly #limits: Pick<Timeouts, 'idle' | 'response'>
  readonly #onExpired: () => void
  #timer: NodeJS.Timeout | undefined
  #lastSign = performance.now()
  /** When bytes began to move, and how many have. */
  #start = 0
  #bytes = 0

  constructor(limits: Pick<Timeouts, 'idle' | 'response'>, onExpired: () => void) {
    this.#limits = limits
    this.#onExpired = onExpired
  }

  /** From now on bytes are to move, one way or the other. */
  expectBytes(): void {
    this.#start = performance.now()
    this.#bytes = 0
    this.moved(0)
  }

  moved(bytes: number): void {
    this.#bytes += bytes
    const { idle } = this.#limits
    const now = performance.now()
    this.#arm(Math.min(idle, this.#start + idle + (this.#bytes / MIN_RATE) * 1000 - now))
  }

  /** Everything is sent: what remains is the response, whole. */
  expectResponse(): void {
    this.#arm(this.#limits.response)
  }

  /** Milliseconds since something happened. */
  get silence(): number {
    return performance.now() - this.#lastSign
  }

  clear(): void {
    clearTimeout(this.#timer)
  }

  #arm(milliseconds: number): void {
    this.#lastSign = performance.now()
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#onExpired, milliseconds)
  }
}
