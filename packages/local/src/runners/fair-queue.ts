import type { Batch } from './runner.js'

interface QueuedBatch {
  batch: Batch
  /** The first index that was not taken yet. */
  next: number
  /** Indices that were forgotten. */
  forgotten: Set<number>
  running: number
}

/** An attempt to run now. */
export interface Turn {
  batch: Batch
  index: number
}

/** Attempts that wait. Jobs take turns, so that none waits for all tasks of another; within a job, they keep their order. */
export class FairQueue {
  /** By job. The job that is served next comes first. */
  readonly #jobs = new Map<string, QueuedBatch[]>()
  readonly #batches = new Map<string, QueuedBatch>()

  add(batch: Batch): void {
    const queued = { batch, next: 0, forgotten: new Set<number>(), running: 0 }
    this.#batches.set(batch.id, queued)
    this.#jobs.set(batch.jobId, [...(this.#jobs.get(batch.jobId) ?? []), queued])
  }

  /** Takes the next attempt that may run. `done` has to be called at its end. */
  take(): Turn | undefined {
    for (const [jobId, batches] of this.#jobs) {
      const queued = batches.find(({ batch, running }) => running < (batch.concurrency ?? Infinity))
      if (queued === undefined) continue
      const index = queued.next
      queued.running++
      this.#advance(queued)
      this.#jobs.delete(jobId)
      const waiting = batches.filter(hasMore)
      if (waiting.length > 0) this.#jobs.set(jobId, waiting)
      return { batch: queued.batch, index }
    }
    return undefined
  }

  done({ batch }: Turn): void {
    const queued = this.#batches.get(batch.id)
    if (queued !== undefined) queued.running--
  }

  /** Forgets attempts that wait; without indices, all of the batch. */
  forget(batchId: string, indices?: readonly number[]): void {
    const queued = this.#batches.get(batchId)
    if (queued === undefined) return
    if (indices === undefined) queued.next = queued.batch.size
    else {
      for (const index of indices) queued.forgotten.add(index)
      queued.next--
      this.#advance(queued)
    }
    if (hasMore(queued)) return
    const { jobId } = queued.batch
    const waiting = this.#jobs.get(jobId)?.filter(hasMore) ?? []
    if (waiting.length > 0) this.#jobs.set(jobId, waiting)
    else this.#jobs.delete(jobId)
  }

  remove(batchId: string): void {
    this.forget(batchId)
    this.#batches.delete(batchId)
  }

  #advance(queued: QueuedBatch): void {
    do queued.next++
    while (queued.forgotten.has(queued.next))
  }
}

function hasMore({ batch, next }: QueuedBatch): boolean {
  return next < batch.size
}
