import { AttemptBatch, type BatchOptions } from './attempt-batch.js'
import type { Job } from '../kept/job.js'
import { JobFailure } from '../job-failure.js'
import type { AttemptOwner } from '../kept/journal.js'
import type { LeftBatch } from '../kept/left-batches.js'
import { toRanges } from '../kept/ranges.js'
import type { Plan } from './plan.js'
import type { Part } from '../kept/stored-job.js'
import type { RunControl } from './run-control.js'
import type { LeftAttempts } from '../../runners/runner.js'
import type { Services } from '../services/services.js'

/** A job that runs. */
export interface Run {
  job: Job
  services: Services
  control: RunControl
  /** The batches that an earlier run of the platform has submitted, and that the place still has. */
  left: readonly LeftBatch[]
}

type Listeners = Pick<BatchOptions, 'onOpen' | 'onStart' | 'onEnd' | 'afterEnd'>

/** The batches of a part that have not ended. */
export class PartRun {
  readonly #run: Run
  readonly #plan: Plan
  readonly #listeners: Listeners
  readonly #batches = new Set<AttemptBatch>()
  readonly #failed: Promise<never>
  #fail!: (error: unknown) => void
  #isEnding = false

  constructor(run: Run, plan: Plan, listeners: Listeners) {
    this.#run = run
    this.#plan = plan
    this.#listeners = listeners
    this.#failed = new Promise((_, reject) => (this.#fail = reject))
  }

  /** Submits attempts, to run in this order. */
  submit(owners: readonly AttemptOwner[], maxBatch: number): void {
    if (!this.#isEnding) this.#submit(owners, maxBatch).catch(this.fail)
  }

  /** Goes on with the batches of this part that an earlier run of the platform has submitted. @returns them */
  resume(): readonly LeftBatch[] {
    const { job, services, left } = this.#run
    const own = left.filter(({ part }) => part === this.#plan.part)
    for (const { number, owners, left } of own) {
      const batch = this.#createBatch(batchId(job, this.#plan.part, number), owners, left)
      services.runner.submit(batch.batch).catch(this.fail)
    }
    return own
  }

  /** Ends `until`'s wait with an error. */
  readonly fail = (error: unknown): void => this.#fail(error)

  /** Waits for the part's end. Then, and if anything fails before, no attempt of it is left. */
  async until(done: Promise<void>): Promise<void> {
    const { control } = this.#run
    const stop = (): void => this.fail(control.signal.reason)
    control.signal.addEventListener('abort', stop)
    if (control.signal.aborted) stop()
    try {
      await Promise.race([done, this.#failed])
    } catch (error) {
      await this.#end(error instanceof JobFailure ? error.message : 'the job was stopped')
      throw error
    } finally {
      control.signal.removeEventListener('abort', stop)
    }
    await this.#end('')
  }

  async #submit(owners: readonly AttemptOwner[], maxBatch: number): Promise<void> {
    const { job, services } = this.#run
    const size = Math.min(owners.length, maxBatch)
    for (let start = 0; start < owners.length; start += size) {
      const number = ++job.history.batches
      const { part } = this.#plan
      const own = owners.slice(start, start + size)
      job.journal.append({ batch: number, part, ...(part === 'app' && { chunks: toRanges(own as number[]) }) })
      await services.runner.submit(this.#createBatch(batchId(job, part, number), own).batch)
    }
  }

  #createBatch(id: string, owners: readonly AttemptOwner[], left?: LeftAttempts): AttemptBatch {
    const { job, services, control } = this.#run
    const batch = new AttemptBatch(id, {
      job,
      services,
      plan: this.#plan,
      owners,
      left,
      isClosing: () => control.isClosing,
      ...this.#listeners,
      afterEnd: (owner, outcome) => {
        if (batch.isOver) this.#forget(batch)
        this.#listeners.afterEnd(owner, outcome)
      },
      onWaiting: () => this.#tellReason(),
      onError: this.fail,
    })
    this.#batches.add(batch)
    return batch
  }

  #tellReason(): void {
    const reasons = Array.from(this.#batches, ({ reason }) => reason)
    this.#run.job.waitsFor(reasons.find((reason) => reason !== '') ?? '')
  }

  #forget(batch: AttemptBatch): void {
    this.#batches.delete(batch)
    this.#tellReason()
    this.#run.services.runner.purge(batch.id).catch(this.fail)
  }

  async #end(reason: string): Promise<void> {
    this.#isEnding = true
    const { services, control } = this.#run
    if (control.isClosing) await control.placeClosed
    if (control.isClosing && services.runner.survivesRestart) {
      for (const batch of this.#batches) await batch.leave()
      return
    }
    for (const batch of this.#batches) {
      if (!control.isClosing) await services.runner.cancel(batch.id)
      await batch.abandon(control.isClosing ? { end: 'interrupted', reason: 'the platform was stopped' } : { end: 'aborted', reason })
      this.#forget(batch)
    }
  }
}

/** As the place knows a batch. */
export function batchId({ id }: Pick<Job, 'id'>, part: Part, number: number): string {
  return `${id}-${part}-${number}`
}
