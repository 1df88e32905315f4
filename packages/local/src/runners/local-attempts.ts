import { within } from '../utils/within.js'
import { FairQueue, type Turn } from './fair-queue.js'
import { RunnerError } from './runner-error.js'
import type { AttemptEnding, Batch } from './runner.js'

/** Tells an attempt to end. */
export interface Stop {
  /** Aborts when it is to end, whatever it has done so far. */
  signal: AbortSignal
  /** Milliseconds between SIGTERM and SIGKILL, when the signal has aborted. */
  grace: () => number
  /** Whether a program may still be started. */
  mayStart: () => boolean
}

/** Of an attempt that was ended before its end. What it leaves is not complete, even if it says that all is well. */
export const STOPPED: AttemptEnding = { type: 'lost', reason: 'the platform was stopped' }

/** Milliseconds between SIGTERM and SIGKILL for what has not ended in time when the place closes. */
const CLEAN_UP_TIME = 2_000

/** Runs an attempt to its end. If it throws, the attempt was unstartable. */
export type RunAttempt = (batch: Batch, index: number, stop: Stop) => Promise<AttemptEnding>

interface RunningAttempt extends Turn {
  stop: AbortController
  ended: Promise<void>
}

/** Why an attempt is stopped. */
type Reason = 'cancelled' | 'closed'

/** The attempts of a place that this process runs itself, so many at once. */
export class LocalAttempts {
  readonly #concurrency: number
  readonly #runAttempt: RunAttempt
  readonly #queue = new FairQueue()
  readonly #batches = new Map<string, Batch>()
  readonly #running = new Set<RunningAttempt>()
  #isClosed = false
  #cleanUpTime = 0

  constructor(concurrency: number, runAttempt: RunAttempt) {
    this.#concurrency = concurrency
    this.#runAttempt = runAttempt
  }

  /** The IDs of the batches that were submitted and not purged yet. */
  batchIds(): string[] {
    return [...this.#batches.keys()]
  }

  has(batchId: string): boolean {
    return this.#batches.has(batchId)
  }

  /** @throws {RunnerError} when it is closed */
  submit(batch: Batch): void {
    if (this.#isClosed) throw new RunnerError('The platform is stopping.')
    if (this.#batches.has(batch.id)) return
    this.#batches.set(batch.id, batch)
    this.#queue.add(batch)
    this.#fill()
  }

  async cancel(batchId: string, indices?: readonly number[]): Promise<void> {
    this.#queue.forget(batchId, indices)
    const concerned = [...this.#running].filter(({ batch, index }) => batch.id === batchId && (indices?.includes(index) ?? true))
    for (const { stop } of concerned) stop.abort('cancelled' satisfies Reason)
    await Promise.all(concerned.map(({ ended }) => ended))
  }

  purge(batchId: string): void {
    this.#queue.remove(batchId)
    this.#batches.delete(batchId)
  }

  async close(grace: number): Promise<void> {
    this.#isClosed = true
    this.#cleanUpTime = grace > 0 ? CLEAN_UP_TIME : 0
    const ended = Promise.all(Array.from(this.#running, ({ ended }) => ended))
    await within(ended, grace)
    for (const { stop } of this.#running) stop.abort('closed' satisfies Reason)
    await ended
  }

  #fill(): void {
    while (!this.#isClosed && this.#running.size < this.#concurrency) {
      const turn = this.#queue.take()
      if (turn === undefined) return
      this.#start(turn)
    }
  }

  #start(turn: Turn): void {
    const stop = new AbortController()
    const ended = this.#run(turn, stop.signal).finally(() => {
      this.#running.delete(attempt)
      this.#queue.done(turn)
      this.#fill()
    })
    const attempt: RunningAttempt = { ...turn, stop, ended }
    this.#running.add(attempt)
  }

  async #run({ batch, index }: Turn, signal: AbortSignal): Promise<void> {
    const grace = (): number => ((signal.reason as Reason | undefined) === 'closed' ? this.#cleanUpTime : 0)
    const mayStart = (): boolean => !this.#isClosed && !signal.aborted
    const ending = await this.#runAttempt(batch, index, { signal, grace, mayStart }).catch(unstartable)
    if ((signal.reason as Reason | undefined) !== 'cancelled') void batch.host.ended(index, ending)
  }
}

function unstartable(error: Error): AttemptEnding {
  return { type: 'unstartable', reason: error.message }
}
