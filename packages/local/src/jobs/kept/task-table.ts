import type { TaskCounts, TaskState } from 'bytenite-uploader/wire-jobs'

const STATES = ['Scheduled', 'Assigned', 'Received', 'Running', 'Completed', 'Failed'] as const satisfies readonly TaskState[]

const COUNTED_AS: Readonly<Record<TaskState, keyof TaskCounts>> = {
  Scheduled: 'scheduled',
  Assigned: 'scheduled',
  Received: 'scheduled',
  Running: 'running',
  Completed: 'completed',
  Failed: 'failed',
}

/** The states of a job's tasks: few bytes for each, because a job may have a hundred thousand. All else is in the journal. */
export class TaskTable {
  readonly size: number
  readonly #states: Uint8Array
  readonly #attempts: Uint16Array
  /** Of the current round: since the job started, or was run again. */
  readonly #failures: Uint16Array
  readonly #lost: Uint8Array
  readonly #started: Float64Array
  readonly #ended: Float64Array
  readonly #sizes: Float64Array
  readonly #counts: TaskCounts
  #resultSize = 0

  constructor(size: number) {
    this.size = size
    this.#states = new Uint8Array(size)
    this.#attempts = new Uint16Array(size)
    this.#failures = new Uint16Array(size)
    this.#lost = new Uint8Array(size)
    this.#started = new Float64Array(size)
    this.#ended = new Float64Array(size)
    this.#sizes = new Float64Array(size)
    this.#counts = { scheduled: size, running: 0, completed: 0, failed: 0 }
  }

  get counts(): TaskCounts {
    return { ...this.#counts }
  }

  /** Bytes of all results. */
  get resultSize(): number {
    return this.#resultSize
  }

  state(chunk: number): TaskState {
    return STATES[this.#states[chunk] as number] as TaskState
  }

  setState(chunk: number, state: TaskState): void {
    this.#counts[COUNTED_AS[this.state(chunk)]]--
    this.#counts[COUNTED_AS[state]]++
    this.#states[chunk] = STATES.indexOf(state)
  }

  /** The number of attempts that have been started. */
  attempts(chunk: number): number {
    return this.#attempts[chunk] as number
  }

  /** Milliseconds since 1970 at which the last attempt started; 0 without one. */
  startedAt(chunk: number): number {
    return this.#started[chunk] as number
  }

  /** Milliseconds since 1970 at which the last attempt ended; 0 while there is none. */
  endedAt(chunk: number): number {
    return this.#ended[chunk] as number
  }

  failures(chunk: number): number {
    return this.#failures[chunk] as number
  }

  lost(chunk: number): number {
    return this.#lost[chunk] as number
  }

  addFailure(chunk: number): void {
    ;(this.#failures[chunk] as number)++
  }

  addLost(chunk: number): void {
    ;(this.#lost[chunk] as number)++
  }

  start(chunk: number, attempt: number, at: number): void {
    this.#attempts[chunk] = attempt
    this.#started[chunk] = at
    this.#ended[chunk] = 0
  }

  /** @param size bytes of the results; 0 if it did not complete */
  end(chunk: number, at: number, size: number): void {
    this.#ended[chunk] = at
    this.#resultSize += size - (this.#sizes[chunk] as number)
    this.#sizes[chunk] = size
  }

  /** Makes a task wait again, as if it had not run in this round. */
  reset(chunk: number): void {
    this.setState(chunk, 'Scheduled')
    this.#failures[chunk] = 0
    this.#lost[chunk] = 0
    this.#resultSize -= this.#sizes[chunk] as number
    this.#sizes[chunk] = 0
  }

  /** The tasks in one of these states. */
  *in(...states: TaskState[]): Iterable<number> {
    for (let chunk = 0; chunk < this.size; chunk++) if (states.includes(this.state(chunk))) yield chunk
  }
}
