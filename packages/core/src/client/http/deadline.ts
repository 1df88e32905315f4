import type { Timeouts } from '../../connection/request-options.js'

/** Bytes per second. A slower connection counts as stalled. */
const MIN_RATE = 1024

/** Watches one attempt at a request, and calls back once if it stalls for too long. */
export class Deadline {
  readonly #limits: Pick<Timeouts, 'idle' | 'response'>
  readonly #onExpired: () => void
  #timer: NodeJS.Timeout | undefined
  #lastSign = performance.now()
  /** When the transfer started, and how many bytes it has moved. */
  #start = 0
  #bytes = 0

  constructor(limits: Pick<Timeouts, 'idle' | 'response'>, onExpired: () => void) {
    this.#limits = limits
    this.#onExpired = onExpired
  }

  /** Starts to expect bytes, in either direction. */
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

  /** Starts to expect another sign of life, however small. */
  signOfLife(): void {
    this.#arm(this.#limits.idle)
  }

  /** Starts to expect the whole response, because everything is sent. */
  expectResponse(): void {
    this.#arm(this.#limits.response)
  }

  /** Milliseconds since the last activity. */
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
