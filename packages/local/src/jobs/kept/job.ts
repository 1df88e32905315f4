import type { JobRecord, JobState, TaskRecord } from 'bytenite-uploader/wire-jobs'
import type { AttemptLog } from '../logs/attempt-log.js'
import type { JobFolder, SizedJob } from './job-folder.js'
import type { JobEvent } from '../jobs.js'
import { Journal, type AttemptOwner } from './journal.js'
import { replay, type History } from './replay.js'
import { ENDS, inState, type StoredJob } from './stored-job.js'
import { toTaskRecord } from './task-record.js'
import type { TaskTable } from './task-table.js'

/** Characters of a job's JSON; of larger ones, it is not kept in memory. */
const KEPT_SIZE = 16 * 1024

/** One job: what is on disk of it, and what is known of the attempts that run. */
export class Job {
  readonly id: string
  readonly folder: JobFolder
  readonly journal: Journal
  /** The logs that are being written. */
  readonly openLogs: Map<AttemptOwner, { attempt: number; log: AttemptLog }> = new Map()
  readonly #emit: (event: JobEvent) => void
  #kept: StoredJob | undefined
  #state: JobState
  #history: History | WeakRef<History> | undefined
  #waitsFor = ''

  constructor(id: string, folder: JobFolder, { job: stored, size }: SizedJob, emit: (event: JobEvent) => void) {
    this.id = id
    this.folder = folder
    this.journal = new Journal(folder.journal)
    this.#emit = emit
    this.#state = stored.record.state
    this.#keep(stored, size)
  }

  get state(): JobState {
    return this.#state
  }

  get stored(): StoredJob {
    return this.#kept ?? this.folder.read().job
  }

  /** As it is in answers. */
  get record(): JobRecord {
    const { record, counts } = this.stored
    const { numChunks } = record
    const tasks = counts ?? (numChunks > 0 ? this.tasks.counts : undefined)
    return { ...record, ...(tasks && { tasks }), ...(this.#waitsFor !== '' && { waitsFor: this.#waitsFor }) }
  }

  /** Notes why attempts wait, and tells if that has changed. @param reason empty if there is nothing to say */
  waitsFor(reason: string): void {
    if (reason === this.#waitsFor) return
    this.#waitsFor = reason
    this.#emit({ event: 'job', data: this.record })
  }

  /** Changes the job on disk, then here, and tells. */
  update(next: StoredJob): void {
    this.#set(next, this.folder.write(next))
  }

  /** As `update`, for a job that has ended, even if the disk is full. At the next start, it goes on from what is on disk. */
  end(next: StoredJob): void {
    try {
      this.update(next)
    } catch (error) {
      const errorMessage = `${next.record.errorMessage} This could not be saved: ${(error as Error).message}`.trim()
      this.#set({ ...next, record: { ...next.record, state: 'JOB_STATE_FAILED', errorMessage } }, 0)
      throw error
    }
  }

  enter(state: JobState): void {
    this.update(inState(this.stored, state))
  }

  /** The states of the tasks. */
  get tasks(): TaskTable {
    return this.history.tasks
  }

  /** What the journal says. It is read when it is needed, and kept while the job has not ended. */
  get history(): History {
    const known = this.#history instanceof WeakRef ? this.#history.deref() : this.#history
    if (known !== undefined && (known === this.#history || ENDS.has(this.#state))) return known
    const history = known ?? replay(this.journal.entries(), this.stored.record.numChunks)
    this.#history = ENDS.has(this.#state) ? new WeakRef(history) : history
    return history
  }

  /** Reads the journal again when it is next needed. */
  forgetHistory(): void {
    this.#history = undefined
  }

  task(chunk: number): TaskRecord {
    return toTaskRecord(this.id, chunk, this.tasks)
  }

  emitTask(chunk: number): void {
    this.#emit({ event: 'task', data: this.task(chunk) })
  }

  /** Lets go of what only a job needs that runs. */
  rest(): void {
    this.#waitsFor = ''
    this.journal.close()
    if (this.#history instanceof WeakRef || this.#history === undefined || !ENDS.has(this.#state)) return
    this.#history = new WeakRef(this.#history)
  }

  #set(next: StoredJob, size: number): void {
    this.#state = next.record.state
    this.#keep(next, size)
    this.#emit({ event: 'job', data: this.record })
  }

  #keep(stored: StoredJob, size: number): void {
    this.#kept = size <= KEPT_SIZE ? stored : undefined
  }
}
