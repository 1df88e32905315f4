import type { RequestLogEntry } from '../http/request-log.js'
import { Waker } from '../utils/waker.js'

/** Milliseconds. Node has hardly longer timers. */
const LONG = 2 ** 30

const PUBLISHED = /^\/v1\/dev\/(?:apps|engines|templates)\b/

/** Tells when something was published to a platform. */
export class PublishWatch {
  readonly #waker = new Waker()
  #lastTime = 0
  #isNew = false
  #isOver = false

  /** Takes note of a request to the platform. */
  note({ method, path, status }: RequestLogEntry): void {
    if (method === 'GET' || status === null || status >= 400 || !PUBLISHED.test(path)) return
    this.#lastTime = performance.now()
    this.#isNew = true
    this.#waker.wake()
  }

  /** Nothing will be published any more. */
  end(): void {
    this.#isOver = true
    this.#waker.wake()
  }

  /**
   * Waits until something is published, and then until nothing else was for a moment.
   * @param quiet milliseconds
   * @returns whether something was; if not, nothing will be any more
   * @throws the signal's reason
   */
  async next(quiet: number, signal: AbortSignal): Promise<boolean> {
    while (!this.#isNew && !this.#isOver && !signal.aborted) await this.#waker.wait(LONG, signal)
    while (this.#left(quiet) > 0 && !this.#isOver && !signal.aborted) await this.#waker.wait(this.#left(quiet), signal)
    signal.throwIfAborted()
    const wasNew = this.#isNew
    this.#isNew = false
    return wasNew
  }

  #left(quiet: number): number {
    return this.#lastTime + quiet - performance.now()
  }
}
