import type { JobsApi } from 'bytenite-uploader'
import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import { createDeferred, type Deferred } from '../../utils/deferred.js'
import { hasEnded } from './job-state.js'

/** Milliseconds until a job is read again of which a task has changed. Then others may have, too. */
const PAUSE = 200

/** A job as it changes, until it has ended. */
export class JobWatch {
  /** The job when it has ended. @throws {ByteNiteError} if the platform cannot be reached any more */
  readonly ended: Promise<JobRecord>
  readonly #jobs: JobsApi
  readonly #onChange: (job: JobRecord) => void
  #job: JobRecord
  #change: Deferred = createDeferred()
  #timer: NodeJS.Timeout | undefined

  constructor(jobs: JobsApi, job: JobRecord, onChange: (job: JobRecord) => void) {
    this.#jobs = jobs
    this.#job = job
    this.#onChange = onChange
    this.ended = this.#watch()
  }

  /** As last heard of. */
  get job(): JobRecord {
    return this.#job
  }

  /** Resolves when the job has changed since this call, or one of its tasks. Rejects if that cannot be known any more. */
  change(): Promise<unknown> {
    const change = Promise.race([this.#change.promise, this.ended])
    // Whoever stops waiting, because something else failed, need not be told.
    change.catch(() => {})
    return change
  }

  /** Waits until the job is as it should be. Rejects if that cannot be known any more. */
  async until(isReached: (job: JobRecord) => boolean): Promise<void> {
    for (;;) {
      const change = this.change()
      if (isReached(this.#job)) return
      await change
    }
  }

  async #watch(): Promise<JobRecord> {
    const { id } = this.#job
    try {
      for await (const message of this.#jobs.events({ jobId: id })) {
        if (message.event === 'deleted') throw new Error(`Job ${id} was deleted.`)
        if (message.event === 'task') this.#readSoon()
        else this.#set(message.event === 'job' ? message.data : await this.#jobs.get(id))
        if (hasEnded(this.#job)) return this.#job
      }
      return await this.#jobs.get(id)
    } finally {
      clearTimeout(this.#timer)
    }
  }

  #readSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      void this.#read()
    }, PAUSE)
  }

  async #read(): Promise<void> {
    const before = this.#job
    try {
      const job = await this.#jobs.get(before.id)
      // An event that came meanwhile is newer.
      if (this.#job === before) this.#set(job)
    } catch {
      // If the platform cannot be reached any more, the events end with that error.
    }
  }

  #set(job: JobRecord): void {
    this.#job = job
    this.#onChange(job)
    this.#change.resolve()
    this.#change = createDeferred()
  }
}
