import { createDeferred, type Deferred } from '../../utils/deferred.js'
import type { AttemptEnding, Workspace } from '../runner.js'
import type { ClaimRequest, ReportRequest, ReportedEnding } from './protocol.js'
import type { Claim, OpenClaim, WorkerBatch } from './worker-batch.js'

/** A worker that has asked for an attempt. */
interface Worker {
  /** As it named itself. */
  name: string
  /** As the scheduler knows it. */
  id: string
  node: string
  batch: WorkerBatch
  claim: OpenClaim | undefined
  /** Milliseconds since 1970 at which it was last heard of, and at which it got its first attempt. */
  heard: number
  since: number
  attempts: number
  /** What it does now: a worker asks for one thing at a time, but may ask again before it has got the answer. */
  turn: Promise<unknown>
  /** Resolved when it has let go of what was cancelled. */
  release: Deferred | undefined
}

export interface DeskOptions {
  /** As the scheduler is called. */
  place: string
  /** Whether a worker may have another attempt. */
  mayGoOn: (batch: WorkerBatch, attempts: number, since: number) => boolean
  /** Called when a worker is heard of, and when it has been told that there is no more for it. */
  onHeard: (id: string) => void
  onEnd: (id: string) => void
  /** Called when no attempt of a batch waits any more. */
  onTaken: (batch: WorkerBatch) => void
}

/** How long workers may be silent, in milliseconds: between two reports, and if the scheduler runs them as far as it knows. */
const REPORTS_MIN = 1_000
const REPORTS_MAX = 30_000
/** Reports a second from all workers, about. */
const REPORT_RATE = 50
const MISSED_REPORTS = 3
const GIVEN_UP = 2 * 60_000

/** Hands attempts to workers, and takes back what became of them. */
export class AttemptDesk {
  readonly #options: DeskOptions
  readonly #workers = new Map<string, Worker>()

  constructor(options: DeskOptions) {
    this.#options = options
  }

  /** Goes on with the attempts that workers have had before the platform was restarted. */
  async resume(batch: WorkerBatch): Promise<void> {
    for (const index of batch.batch.left?.open ?? []) {
      const claim = batch.earlierClaim(index)
      const workspace = await batch.batch.host.reopen(index)
      if (claim === undefined) {
        await batch.batch.host.ended(index, { type: 'lost', reason: 'the platform ended before a worker had it' })
        continue
      }
      const worker = this.#worker(batch, { worker: claim.worker, id: claim.schedulerId, node: claim.node })
      worker.claim = batch.reopen(claim, workspace)
    }
  }

  /** @returns the attempt that the worker is to run now; `undefined` if there is none for it */
  async claim(batch: WorkerBatch, request: Omit<ClaimRequest, 'scratch'>): Promise<OpenClaim | undefined> {
    const worker = this.#worker(batch, request)
    const turn = worker.turn.then(() => this.#claim(worker, request.claim))
    worker.turn = turn.catch(() => {})
    return turn
  }

  /** Notes that a worker has ended. */
  async bye(name: string): Promise<void> {
    const worker = this.#workers.get(name)
    if (worker !== undefined) await this.#dismiss(worker, 'its worker has ended')
  }

  /** @returns milliseconds until the next report is expected */
  report(batch: WorkerBatch, claim: OpenClaim, { number, isStarted, output }: ReportRequest): number {
    this.#hear(claim)
    if (number === claim.reports) return this.#interval
    claim.reports = number
    const { host } = batch.batch
    if (isStarted && !claim.isStarted) {
      host.started(claim.index, `${claim.node} (${this.#options.place} ${claim.schedulerId})`)
      batch.start(claim)
    }
    for (const { stream, bytes } of output) host.output(claim.index, stream, Buffer.from(bytes, 'base64'))
    return this.#interval
  }

  /** Takes the end of an attempt, whose results are in its workspace. @returns whether it is the first one */
  async end(batch: WorkerBatch, claim: OpenClaim, ending: ReportedEnding): Promise<boolean> {
    this.#hear(claim)
    if (batch.claims.get(claim.index) !== claim) return false
    await this.#close(batch, claim, ending)
    return true
  }

  /** Takes attempts back that have not ended. Resolves when their workers have let go of them. */
  async cancel(batch: WorkerBatch, indices: Iterable<number>): Promise<void> {
    const releases: Promise<void>[] = []
    for (const index of indices) {
      const claim = batch.claims.get(index)
      if (claim === undefined) continue
      batch.claims.delete(index)
      const worker = this.#workers.get(claim.worker)
      if (worker?.claim !== claim) continue
      worker.claim = undefined
      worker.release = createDeferred()
      releases.push(worker.release.promise)
    }
    await Promise.all(releases)
  }

  /** Whether it matters soon which workers there are: one is late, or has not let go yet of what was cancelled. */
  get isWaiting(): boolean {
    return [...this.#workers.values()].some((worker) => worker.release !== undefined || this.#isLate(worker))
  }

  /**
   * Finds out which workers are gone, and gives up their attempts.
   * @param mayRun whether the scheduler may still run a worker
   * @param explain how it ended
   */
  async giveUp(mayRun: (id: string) => boolean, explain: (id: string) => Promise<string>): Promise<void> {
    for (const worker of this.#workers.values()) {
      const silence = Date.now() - worker.heard
      if (silence > GIVEN_UP)
        await this.#dismiss(worker, `its worker on ${worker.node} has not been heard of for ${GIVEN_UP / 60_000} minutes`)
      else if (this.#isLate(worker) && !mayRun(worker.id)) {
        const how = worker.claim === undefined ? '' : await explain(worker.id)
        await this.#dismiss(worker, `its worker on ${worker.node} is gone${how === '' ? '' : ` (${how})`}`)
      }
    }
  }

  /** Forgets the workers of a batch. */
  forget(batch: WorkerBatch): void {
    for (const [name, worker] of this.#workers) if (worker.batch === batch) this.#workers.delete(name)
  }

  get #interval(): number {
    return Math.min(Math.max((this.#workers.size / REPORT_RATE) * 1000, REPORTS_MIN), REPORTS_MAX)
  }

  #isLate({ heard }: Worker): boolean {
    return Date.now() - heard > MISSED_REPORTS * this.#interval
  }

  #worker(batch: WorkerBatch, { worker: name, id, node }: Pick<ClaimRequest, 'worker' | 'id' | 'node'>): Worker {
    const known = this.#workers.get(name)
    if (known !== undefined) return known
    const worker: Worker = {
      name,
      id,
      node,
      batch,
      claim: undefined,
      heard: Date.now(),
      since: Date.now(),
      attempts: 0,
      turn: Promise.resolve(),
      release: undefined,
    }
    this.#workers.set(name, worker)
    return worker
  }

  #hear({ worker: name }: Claim): void {
    const worker = this.#workers.get(name)
    if (worker === undefined) return
    worker.heard = Date.now()
    this.#options.onHeard(worker.id)
  }

  async #claim(worker: Worker, id: string): Promise<OpenClaim | undefined> {
    worker.heard = Date.now()
    this.#options.onHeard(worker.id)
    worker.release?.resolve()
    worker.release = undefined
    if (worker.claim?.id === id) return worker.claim
    // It asks for the next one, so it is done with this one.
    await this.#lose(worker, 'its worker has dropped it')
    const { batch } = worker
    const claim = this.#options.mayGoOn(batch, worker.attempts, worker.since) ? await this.#take(worker, id) : undefined
    if (batch.waiting === 0) this.#options.onTaken(batch)
    if (claim === undefined) {
      this.#workers.delete(worker.name)
      this.#options.onEnd(worker.id)
    }
    return claim
  }

  async #take(worker: Worker, id: string): Promise<OpenClaim | undefined> {
    const { batch } = worker
    const { host } = batch.batch
    for (let index = batch.take(); index !== undefined; index = batch.take()) {
      let workspace: Workspace
      try {
        workspace = await host.open(index)
      } catch (error) {
        await host.ended(index, { type: 'unstartable', reason: (error as Error).message })
        continue
      }
      if (batch.isForgotten(index)) continue
      worker.attempts++
      worker.claim = batch.open({ index, id, worker: worker.name, schedulerId: worker.id, node: worker.node }, workspace)
      return worker.claim
    }
    return undefined
  }

  async #dismiss(worker: Worker, reason: string): Promise<void> {
    this.#workers.delete(worker.name)
    this.#options.onEnd(worker.id)
    worker.release?.resolve()
    await this.#lose(worker, reason)
  }

  async #lose(worker: Worker, reason: string): Promise<void> {
    const { batch, claim } = worker
    if (claim === undefined) return
    worker.claim = undefined
    if (batch.claims.get(claim.index) === claim) await this.#close(batch, claim, { type: 'lost', reason })
  }

  async #close(batch: WorkerBatch, claim: OpenClaim, ending: AttemptEnding): Promise<void> {
    batch.close(claim)
    const worker = this.#workers.get(claim.worker)
    if (worker?.claim === claim) worker.claim = undefined
    await batch.batch.host.ended(claim.index, ending)
  }
}
