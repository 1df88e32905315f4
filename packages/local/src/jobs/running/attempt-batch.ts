import { mkdir } from 'node:fs/promises'
import { createDeferred, type Deferred } from '../../utils/deferred.js'
import { attemptDirectory } from '../../runners/attempt-directory.js'
import type { AttemptEnding, Batch, BatchHost, LeftAttempts, Workspace } from '../../runners/runner.js'
import { Attempt, type Outcome } from './attempt.js'
import type { Job } from '../kept/job.js'
import type { AttemptOwner } from '../kept/journal.js'
import { judgeEnding } from './judge-ending.js'
import type { Plan } from './plan.js'
import type { Services } from '../services/services.js'

export interface BatchOptions {
  job: Job
  services: Services
  plan: Plan
  /** Whose attempts they are, by index. */
  owners: readonly AttemptOwner[]
  /** Of a batch that an earlier run of the platform has submitted. */
  left?: LeftAttempts | undefined
  /** Whether all that has not completed is to run again later, because the platform stops. */
  isClosing: () => boolean
  onOpen: (owner: AttemptOwner) => void
  onStart: (owner: AttemptOwner) => void
  /** Called before the end is in the journal. @returns what the journal gets */
  onEnd: (owner: AttemptOwner, outcome: Outcome) => Outcome
  /** Called when the end is in the journal. */
  afterEnd: (owner: AttemptOwner, outcome: Outcome) => void
  /** Called when there is another reason why attempts wait. */
  onWaiting: () => void
  /** Called with an error that nobody expected. */
  onError: (error: unknown) => void
}

/** Attempts that have ended, and whose results are moved to their place or whose directories are removed. */
const MAX_SETTLING = 32

/** The jobs' side of a batch: opens its attempts, keeps their output, and judges how they end. */
export class AttemptBatch implements BatchHost {
  readonly id: string
  /** Why attempts wait; empty if there is nothing to say. */
  reason = ''
  readonly #options: BatchOptions
  readonly #open = new Map<number, Attempt>()
  readonly #settling = new Set<Promise<void>>()
  /** Resolved for all attempts that wait to be opened. A race of those that settle would be run again by each of them, at each end. */
  #room: Deferred | undefined
  #left: number

  constructor(id: string, options: BatchOptions) {
    this.id = id
    this.#options = options
    const { owners, left } = options
    this.#left = left === undefined ? owners.length : left.open.length + left.waiting.length
  }

  /** As it is submitted. */
  get batch(): Batch {
    const { job, plan, owners, left } = this.#options
    return {
      id: this.id,
      jobId: job.id,
      code: plan.code,
      timeout: plan.timeout,
      concurrency: undefined,
      size: owners.length,
      left,
      host: this,
    }
  }

  /** Whether every attempt has ended. */
  get isOver(): boolean {
    return this.#left === 0
  }

  async open(index: number): Promise<Workspace> {
    // Those that ended are done with before others begin, so that what waits does not grow.
    while (this.#settling.size >= MAX_SETTLING) await (this.#room ??= createDeferred()).promise
    const { job, plan, onOpen } = this.#options
    const owner = this.#owner(index)
    const attempt = Attempt.start(job, owner, this.#attemptPlan(index))
    this.#open.set(index, attempt)
    onOpen(owner)
    await attempt.open()
    const workspace = plan.workspace(attempt)
    await createDirectories(workspace)
    await plan.fill(attempt)
    attempt.log.add('DEBUG', 'task data downloaded')
    for (const note of plan.notes) attempt.log.add('WARN', note)
    attempt.log.add('DEBUG', 'container starting')
    return workspace
  }

  async reopen(index: number): Promise<Workspace> {
    const { job, plan } = this.#options
    const attempt = Attempt.resume(job, this.#owner(index), this.#attemptPlan(index))
    this.#open.set(index, attempt)
    await attempt.open()
    attempt.log.add('INFO', 'the platform was restarted, and goes on with this attempt')
    return plan.workspace(attempt)
  }

  waiting(reason: string): void {
    this.reason = reason
    this.#options.onWaiting()
  }

  started(index: number, place: string): void {
    const attempt = this.#open.get(index)
    if (attempt === undefined) return
    attempt.log.add('INFO', place === '' ? 'container started' : `container started on ${place}`)
    try {
      attempt.ranAt(place)
    } catch (error) {
      this.#options.onError(error)
    }
    this.#options.onStart(attempt.owner)
  }

  output(index: number, stream: 'stdout' | 'stderr', piece: Buffer): void {
    this.#open.get(index)?.log.output(stream, piece)
  }

  async ended(index: number, ending: AttemptEnding): Promise<void> {
    const settling = this.#settle(index, ending)
      .catch(this.#options.onError)
      .finally(() => this.#settled(settling))
    this.#settling.add(settling)
    await settling
  }

  /** Lets go of the attempts, which go on without this process. */
  async leave(): Promise<void> {
    await Promise.all(this.#settling)
    for (const attempt of this.#open.values()) {
      attempt.log.endOutput()
      attempt.leave()
    }
    this.#open.clear()
  }

  /** Ends the attempts that the place does not run any more, and will not tell of. */
  async abandon(outcome: Outcome): Promise<void> {
    await Promise.all(this.#settling)
    for (const [index, attempt] of this.#open) {
      this.#open.delete(index)
      attempt.log.endOutput()
      await this.#end(attempt, outcome)
    }
  }

  async #settle(index: number, ending: AttemptEnding): Promise<void> {
    const attempt = this.#open.get(index)
    // It could not even be opened.
    if (attempt === undefined) throw new Error(endingText(ending))
    attempt.log.endOutput()
    const outcome = await judgeEnding(attempt, ending, this.#options)
    this.#open.delete(index)
    await this.#end(attempt, outcome)
  }

  #settled(settling: Promise<void>): void {
    this.#settling.delete(settling)
    if (this.#settling.size >= MAX_SETTLING) return
    this.#room?.resolve()
    this.#room = undefined
  }

  async #end(attempt: Attempt, outcome: Outcome): Promise<void> {
    this.#left--
    const { onEnd, afterEnd } = this.#options
    const final = onEnd(attempt.owner, outcome)
    await attempt.end(final)
    afterEnd(attempt.owner, final)
  }

  #attemptPlan(index: number): { directory: string; logLimit: number } {
    const { work, limits } = this.#options.services
    return { directory: attemptDirectory(work, this.id, index), logLimit: limits.log }
  }

  #owner(index: number): AttemptOwner {
    return this.#options.owners[index] as AttemptOwner
  }
}

/** Caches are there already. */
async function createDirectories({ directories }: Workspace): Promise<void> {
  const own = Object.values(directories).filter(({ content }) => content !== 'cache')
  await Promise.all(own.map(({ path }) => mkdir(path, { mode: 0o700 })))
}

function endingText(ending: AttemptEnding): string {
  return 'reason' in ending ? ending.reason : `An attempt ended that was never opened (${ending.type}).`
}
