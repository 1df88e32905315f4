import { AttemptBatch, type BatchOptions } from './attempt-batch.js'
import type { Job } from '../kept/job.js'
import { JobFailure } from '../job-failure.js'
import type { AttemptOwner } from '../kept/journal.js'
import type { Plan } from './plan.js'
import type { RunControl } from './run-control.js'
import type { Services } from '../services/services.js'

/** A job that runs. */
export interface Run {
  job: Job
  services: Services
  control: RunControl
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
      job.journal.append({ batch: number })
      const batch = this.#createBatch(`${job.id}-${this.#plan.part}-${number}`, owners.slice(start, start + size))
      this.#batches.add(batch)
      await services.runner.submit(batch.batch)
    }
  }

  #createBatch(id: string, owners: readonly AttemptOwner[]): AttemptBatch {
    const { job, services, control } = this.#run
    const batch = new AttemptBatch(id, {
      job,
      services,
      plan: this.#plan,
      owners,
      isClosing: () => control.isClosing,
      ...this.#listeners,
      afterEnd: (owner, outcome) => {
        if (batch.isOver) this.#forget(batch)
        this.#listeners.afterEnd(owner, outcome)
      },
      onError: this.fail,
    })
    return batch
  }

  #forget(batch: AttemptBatch): void {
    this.#batches.delete(batch)
    this.#run.services.runner.purge(batch.id).catch(this.fail)
  }

  async #end(reason: string): Promise<void> {
    this.#isEnding = true
    const { services, control } = this.#run
    if (control.isClosing) await control.placeClosed
    for (const batch of this.#batches) {
      if (!control.isClosing) await services.runner.cancel(batch.id)
      await batch.abandon(control.isClosing ? { end: 'interrupted', reason: 'the platform was stopped' } : { end: 'aborted', reason })
      this.#forget(batch)
    }
  }
}
