import { SchedulerRefusal, SchedulerUnavailable, type ListedWorker, type Scheduler, type WorkerGroup } from './scheduler.js'

/** A batch that wants workers. */
export interface FleetBatch {
  group: WorkerGroup
  /** How many workers it could use at most. */
  wanted: () => number
  /** Called if it can never have workers. Then it is removed. */
  onRefused: (reason: string) => void
  /** Called when there is another reason why its workers wait; empty without one. */
  onWaiting: (reason: string) => void
}

export interface FleetOptions {
  scheduler: Scheduler
  /** The most workers that wait or run at once. */
  limit: number
  /** Whether a batch that this process does not know will be submitted again. */
  mayReturn: (batchId: string) => boolean
  /** Called after the scheduler has told of all workers. */
  onPoll: () => void
  onWarning: (message: string) => void
}

interface FleetWorker {
  batchId: string
  state: 'queued' | 'running' | 'over'
  reason: string
  /** How often the scheduler has not told of it. */
  missing: number
  /** Whether it has ever spoken to the platform. */
  hasSpoken: boolean
}

/** Milliseconds between two questions to the scheduler: when something is expected, when nothing changes, and when it does not answer. */
const SOON = 1_000
const QUIET = 15_000
const LONGEST = 60_000
const GROWTH = 1.5

/** A worker of which the scheduler has not told so often is gone. */
const GONE = 2

/**
 * So many workers in a row that have failed before they reached the platform are no accident: of a batch of which no worker has, and
 * of one of which some have, so that it may be one machine alone that is at fault.
 */
const MAX_SILENT = 3
const MAX_SILENT_AMONG_OTHERS = 30

/** The workers of all batches: starts them as they are wanted, and finds out which are gone. */
export class Fleet {
  readonly #options: FleetOptions
  readonly #batches = new Map<string, FleetBatch>()
  /** Why the workers of each batch wait, as it was told last. */
  readonly #reasons = new Map<string, string>()
  readonly #workers = new Map<string, FleetWorker>()
  /** Of each batch, the workers in a row that failed and had never spoken. */
  readonly #silent = new Map<string, number>()
  /** The batches of which some worker has spoken. */
  readonly #heard = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #pause = SOON
  #isBusy = false
  /** Milliseconds since 1970. */
  #lastTurn = 0
  #nextTurn = Infinity
  #isClosed = false
  /** What the scheduler says against new workers, and how many it may be asked for at once. */
  #obstacle = ''
  #wave = Infinity
  #notBefore = 0
  #retryPause = SOON
  #nextPoll = 0
  #failure = ''
  #hasPolled = false
  /** Whether somebody waits for what the next poll says. */
  #isUrgent: () => boolean = () => false

  constructor(options: FleetOptions) {
    this.#options = options
  }

  /** @param isUrgent whether a poll should come soon */
  start(isUrgent: () => boolean): void {
    this.#isUrgent = isUrgent
    this.#schedule(0)
  }

  add(batch: FleetBatch): void {
    this.#batches.set(batch.group.batchId, batch)
    this.look()
  }

  /** Starts no more workers of a batch. */
  remove(batchId: string): void {
    this.#batches.delete(batchId)
    this.#silent.delete(batchId)
    this.#heard.delete(batchId)
    this.#reasons.delete(batchId)
  }

  /** Starts workers if some are wanted, and asks for the state of all soon. */
  look(): void {
    this.#pause = SOON
    this.#nextPoll = Math.min(this.#nextPoll, Date.now() + SOON)
    this.#schedule(this.#hasPolled ? 0 : SOON)
  }

  /** Whether the scheduler may still run a worker. */
  has(workerId: string): boolean {
    return !this.#hasPolled || this.#workers.has(workerId)
  }

  /** Notes that a worker is there: whatever the scheduler knows, it has started. */
  spoke(workerId: string): void {
    const worker = this.#workers.get(workerId)
    if (worker === undefined) return
    worker.hasSpoken = true
    if (worker.state === 'queued') worker.state = 'running'
    this.#silent.delete(worker.batchId)
    this.#heard.add(worker.batchId)
  }

  /** Notes that a worker is about to end. Others may take the place of those that end in the same second. */
  ends(workerId: string): void {
    const worker = this.#workers.get(workerId)
    if (worker !== undefined) worker.state = 'over'
    this.#schedule(Math.max(0, this.#lastTurn + SOON - Date.now()))
  }

  /** Whether another batch waits for a worker, and there is no room for one. */
  isWaitedFor(batchId: string): boolean {
    if (this.#count() < this.#options.limit) return false
    return [...this.#batches].some(([id, { wanted }]) => id !== batchId && wanted() > 0 && this.#count(id) === 0)
  }

  /** Ends the workers of a batch that only wait. */
  async trim(batchId: string): Promise<void> {
    const queued = [...this.#workers.values()].filter((worker) => worker.batchId === batchId && worker.state === 'queued')
    if (queued.length === 0) return
    for (const worker of queued) worker.state = 'over'
    await this.#end(batchId, 'queued')
  }

  /** Ends all workers of a batch, as far as the scheduler can be reached. The next polls end what is left. */
  async end(batchId: string): Promise<void> {
    this.remove(batchId)
    await this.#end(batchId, 'all')
    this.look()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  #tellReasons(): void {
    for (const [id, { onWaiting }] of this.#batches) {
      const reason = this.#whyWaiting(id)
      if (reason === (this.#reasons.get(id) ?? '')) continue
      this.#reasons.set(id, reason)
      onWaiting(reason)
    }
  }

  /** Empty if no worker of a batch waits, or the reason is not known. */
  #whyWaiting(batchId: string): string {
    const { name } = this.#options.scheduler
    if (this.#failure !== '') return `${name} does not answer: ${this.#failure}`
    const queued = [...this.#workers.values()].filter((worker) => worker.batchId === batchId && worker.state === 'queued')
    const reason = queued.find((worker) => worker.reason !== '')?.reason ?? ''
    if (reason !== '') return `${name}: ${reason}`
    if (queued.length === 0 && this.#obstacle !== '') {
      return `${name} takes no more work now: ${this.#obstacle}`
    }
    return ''
  }

  #count(batchId?: string): number {
    let count = 0
    for (const worker of this.#workers.values()) {
      if (worker.state !== 'over' && (batchId === undefined || worker.batchId === batchId)) count++
    }
    return count
  }

  /** Takes a turn in so many milliseconds at the latest. */
  #schedule(milliseconds: number): void {
    if (this.#isClosed) return
    const at = Date.now() + milliseconds
    if (this.#nextTurn <= at) return
    this.#nextTurn = at
    if (this.#isBusy) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#turn(), milliseconds)
  }

  async #turn(): Promise<void> {
    this.#isBusy = true
    this.#lastTurn = Date.now()
    this.#nextTurn = Infinity
    try {
      if (Date.now() >= this.#nextPoll) await this.#poll()
      if (this.#hasPolled) await this.#fill()
      this.#tellReasons()
    } catch (error) {
      this.#options.onWarning(`Workers could not be looked after: ${(error as Error).stack ?? String(error)}`)
    }
    this.#isBusy = false
    const isNeeded = this.#batches.size > 0 || this.#workers.size > 0 || !this.#hasPolled
    const next = Math.min(this.#nextTurn, isNeeded ? this.#nextPoll : Infinity)
    this.#nextTurn = Infinity
    if (next < Infinity) this.#schedule(Math.max(0, next - Date.now()))
  }

  async #poll(): Promise<void> {
    try {
      const listed = await this.#options.scheduler.list()
      this.#failure = ''
      this.#hasPolled = true
      await this.#take(listed)
      this.#pause = this.#isUrgent() || this.#hasMissing() ? SOON : Math.min(this.#pause * GROWTH, QUIET)
    } catch (error) {
      // What it does not say is unknown.
      this.#failure = failureOf(error)
      this.#pause = Math.min(this.#pause * 2, LONGEST)
    } finally {
      this.#nextPoll = Date.now() + this.#pause
    }
    this.#options.onPoll()
  }

  #hasMissing(): boolean {
    return [...this.#workers.values()].some(({ missing }) => missing > 0)
  }

  async #take(listed: readonly ListedWorker[]): Promise<void> {
    const there = new Set<string>()
    const strangers = new Set<string>()
    for (const { id, batchId, state, reason } of listed) {
      if (!this.#batches.has(batchId) && !this.#options.mayReturn(batchId)) {
        strangers.add(batchId)
        continue
      }
      there.add(id)
      const known = this.#workers.get(id)
      if (known === undefined) this.#workers.set(id, { batchId, state, reason, missing: 0, hasSpoken: false })
      else Object.assign(known, { reason, missing: 0, state: known.state === 'over' ? 'over' : state })
    }
    for (const [id, worker] of this.#workers) {
      if (there.has(id) || (worker.state !== 'over' && ++worker.missing < GONE)) continue
      this.#workers.delete(id)
      if (worker.state !== 'over' && !worker.hasSpoken) await this.#countSilent(id, worker.batchId)
    }
    // Nobody owns them any more.
    for (const batchId of strangers) await this.#end(batchId, 'all')
  }

  async #countSilent(workerId: string, batchId: string): Promise<void> {
    const how = await this.#options.scheduler.explain(workerId)
    if (how === '' || !this.#batches.has(batchId)) return
    const count = (this.#silent.get(batchId) ?? 0) + 1
    this.#silent.set(batchId, count)
    if (count < (this.#heard.has(batchId) ? MAX_SILENT_AMONG_OTHERS : MAX_SILENT)) return
    const { settings } = this.#batches.get(batchId)?.group ?? {}
    this.#refuse(
      batchId,
      `workers ended before they reached the platform (${how}). Make sure that the nodes have Node.js 20 or later in their PATH, and reach ${new URL(settings?.url ?? '').origin}`,
    )
  }

  #refuse(batchId: string, reason: string): void {
    const batch = this.#batches.get(batchId)
    this.remove(batchId)
    batch?.onRefused(`${this.#options.scheduler.name}: ${reason}`)
  }

  async #fill(): Promise<void> {
    const { scheduler, limit } = this.#options
    if (Date.now() < this.#notBefore) return
    const { maxWorkers } = await scheduler.facts()
    for (;;) {
      const next = this.#neediest()
      if (next === undefined) return
      const { group, missing } = next
      const room = limit - this.#count()
      const count = Math.min(missing, room, maxWorkers, this.#wave)
      if (count < 1) return
      this.#moveToEnd(group.batchId)
      try {
        const ids = await scheduler.start(group, count)
        for (const id of ids) {
          this.#workers.set(id, { batchId: group.batchId, state: 'queued', reason: '', missing: 0, hasSpoken: false })
        }
        this.#obstacle = ''
        this.#wave *= 2
        this.#retryPause = SOON
      } catch (error) {
        if (error instanceof SchedulerRefusal) this.#refuse(group.batchId, error.message)
        else if (error instanceof SchedulerUnavailable) {
          this.#obstacle = error.message
          const isSmaller = error.isFull && count > 1
          if (error.isFull) this.#wave = Math.max(1, Math.floor(count / 2))
          if (isSmaller) continue
          this.#notBefore = Date.now() + this.#retryPause
          this.#retryPause = Math.min(this.#retryPause * 2, LONGEST)
          return
        } else throw error
      }
    }
  }

  /** The batch with the fewest workers among those that want more, and how many it is to get now. */
  #neediest(): { group: WorkerGroup; missing: number } | undefined {
    let found: { group: WorkerGroup; missing: number; has: number } | undefined
    const needy = [...this.#batches.values()].map((batch) => ({
      group: batch.group,
      has: this.#count(batch.group.batchId),
      wants: batch.wanted(),
    }))
    const share = Math.ceil(this.#options.limit / Math.max(1, needy.filter(({ wants }) => wants > 0).length))
    for (const { group, has, wants } of needy) {
      const goal = Math.min(wants, share)
      const missing = goal - has
      // Not one by one, as long as others wait in the queue.
      if (missing < 1 || (this.#queued(group.batchId) > 0 && missing < goal / 2)) continue
      if (found === undefined || has < found.has) found = { group, missing, has }
    }
    return found
  }

  /** Batches with as many workers take turns. */
  #moveToEnd(batchId: string): void {
    const batch = this.#batches.get(batchId)
    if (batch === undefined) return
    this.#batches.delete(batchId)
    this.#batches.set(batchId, batch)
  }

  #queued(batchId: string): number {
    let count = 0
    for (const worker of this.#workers.values()) if (worker.batchId === batchId && worker.state === 'queued') count++
    return count
  }

  async #end(batchId: string, which: 'all' | 'queued'): Promise<void> {
    try {
      await this.#options.scheduler.end(batchId, which)
    } catch (error) {
      this.#failure = failureOf(error)
    }
  }
}

/** What a scheduler says that does not do what it is asked. @throws any other error */
function failureOf(error: unknown): string {
  if (error instanceof SchedulerUnavailable || error instanceof SchedulerRefusal) return error.message
  throw error
}
