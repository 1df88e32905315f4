import { JobFailure } from '../job-failure.js'

/** Node has no longer timers. */
const MAX_TIMEOUT = 2 ** 31 - 1

/** How a job that runs is stopped. */
export class RunControl {
  readonly #stop = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #isClosing = false
  #placeClosed: Promise<void> = Promise.resolve()

  /** Aborts with the reason for which the job fails, or because the platform stops. */
  get signal(): AbortSignal {
    return this.#stop.signal
  }

  /** Whether the platform stops: then the job stays as it is on disk. */
  get isClosing(): boolean {
    return this.#isClosing
  }

  /** Resolves when the place where attempts run has ended them all. Only while closing. */
  get placeClosed(): Promise<void> {
    return this.#placeClosed
  }

  /** @param milliseconds that the job may still take */
  limitTime(milliseconds: number, failure: JobFailure): void {
    this.#timer = setTimeout(() => this.fail(failure), Math.min(Math.max(milliseconds, 0), MAX_TIMEOUT))
  }

  fail(failure: JobFailure): void {
    this.#stop.abort(failure)
  }

  close(placeClosed: Promise<void>): void {
    // What has failed stays failed.
    if (this.signal.aborted) return
    this.#isClosing = true
    this.#placeClosed = placeClosed
    this.#stop.abort(new Error('The platform is stopping.'))
  }

  clear(): void {
    clearTimeout(this.#timer)
  }
}
