import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createDeferred } from '../../utils/deferred.js'
import { within } from '../../utils/within.js'
import type { PullPolicy } from '../containers/images.js'
import { RunnerError } from '../runner-error.js'
import type { Batch, Capabilities, RemotePlace, Runner } from '../runner.js'
import { AttemptDesk } from './attempt-desk.js'
import { Fleet } from './fleet.js'
import { readOwner } from './owner.js'
import { SharedDirectory } from './shared-directory.js'
import type { Scheduler, WorkerGroup } from './scheduler.js'
import { WorkerBatch } from './worker-batch.js'
import { WorkerRequests } from './worker-requests.js'

export interface WorkerRunnerOptions {
  /** Absolute path of a directory for what is to survive a restart, which no other platform has. */
  directory: string
  /** @param owner what tells this platform's workers from those of others: letters and digits */
  createScheduler: (owner: string) => Scheduler
  /** Workers that wait or run at once. @default 1000 */
  concurrency?: number | undefined
  /** Attempts that a worker runs one after the other, at most. @default as many as begin within ten seconds */
  bundle?: number | undefined
  /** Whether attempts run in containers of podman, and when their images are fetched. @default as processes of the worker's user */
  container?: { pull: PullPolicy } | undefined
  /** Absolute path of a directory that all nodes see under the same path; the data of attempts is there. @default it goes over HTTP */
  sharedDirectory?: string | undefined
  onWarning: (message: string) => void
}

/** The most workers of a platform, where nobody says otherwise. */
const DEFAULT_CONCURRENCY = 1000

/** Milliseconds in which a worker begins attempts: starting a worker has a cost for the cluster, and so has one that never ends. */
const BUNDLE_TIME = 10_000

/** Workers of a batch to begin with, as long as nobody knows how long its attempts take. */
const FIRST_WORKERS = 16

/** Milliseconds that a worker gets besides the time of its attempts. */
const WORKER_TIME = 5 * 60_000
const MINUTE = 60_000

/** Milliseconds that what is cancelled has to end, before it is left to the scheduler. */
const CANCEL_TIME = 20_000

/** Runs attempts by workers that the scheduler of a cluster starts. They go on when this process ends. */
export function createWorkerRunner(options: WorkerRunnerOptions): Runner {
  return new WorkerRunner(options)
}

class WorkerRunner implements Runner {
  readonly name: string
  readonly survivesRestart = true
  readonly remote: RemotePlace
  readonly #options: WorkerRunnerOptions
  readonly #scheduler: Scheduler
  readonly #concurrency: number
  readonly #batches = new Map<string, WorkerBatch>()
  /** Those whose attempts from an earlier run of the platform are known. */
  readonly #ready = new WeakSet<WorkerBatch>()
  readonly #desk: AttemptDesk
  readonly #fleet: Fleet
  readonly #requests: WorkerRequests
  readonly #url = createDeferred<string>()
  #isClosed = false

  constructor(options: WorkerRunnerOptions) {
    const { directory, createScheduler, concurrency = DEFAULT_CONCURRENCY, container, sharedDirectory, onWarning } = options
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const owner = readOwner(directory)
    this.#options = options
    this.#concurrency = concurrency
    this.#scheduler = createScheduler(owner)
    this.name = this.#scheduler.name
    this.#fleet = new Fleet({
      scheduler: this.#scheduler,
      limit: concurrency,
      mayReturn: (batchId) => WorkerBatch.has(directory, batchId),
      onPoll: () => this.#look(),
      onWarning,
    })
    this.#desk = new AttemptDesk({
      place: this.#scheduler.name,
      mayGoOn: (batch, attempts, since) => this.#mayGoOn(batch, attempts, since),
      onHeard: (id) => this.#fleet.spoke(id),
      onEnd: (id) => this.#fleet.ends(id),
      onTaken: ({ batch }) => void this.#fleet.trim(batch.id).catch((error: Error) => onWarning(error.message)),
    })
    this.#requests = new WorkerRequests({
      desk: this.#desk,
      find: (batchId) => this.#find(batchId),
      isClosed: () => this.#isClosed,
      container: container && { pull: container.pull, nameOf: (batchId, index) => `bytenite-${owner}-${batchId}-${index}` },
      shared: sharedDirectory === undefined ? undefined : new SharedDirectory(join(sharedDirectory, `bytenite-${owner}`)),
    })
    this.remote = {
      listening: (origin) => this.#url.resolve(origin),
      handle: (request) => this.#requests.handle(request),
    }
    this.#fleet.start(() => this.#desk.isWaiting)
  }

  async capabilities(): Promise<Capabilities> {
    const { cpu, memory, gpu } = await this.#scheduler.facts()
    const images = this.#options.container !== undefined
    return { images, concurrency: this.#concurrency, cpu, memory, gpu, maxBatch: Infinity }
  }

  async submit(batch: Batch): Promise<void> {
    if (this.#isClosed) throw new RunnerError('The platform is stopping.')
    if (this.#batches.has(batch.id)) return
    const own = new WorkerBatch(this.#options.directory, batch)
    this.#batches.set(batch.id, own)
    await this.#desk.resume(own)
    this.#ready.add(own)
    // Nodes need an address, and there is none before the platform listens.
    void this.#addToFleet(own)
  }

  async list(): Promise<string[]> {
    return WorkerBatch.list(this.#options.directory)
  }

  async cancel(batchId: string, indices?: readonly number[]): Promise<void> {
    const batch = this.#batches.get(batchId)
    if (batch === undefined) return this.#fleet.end(batchId)
    if (indices === undefined) batch.isOver = true
    else batch.forget(indices)
    const released = this.#desk.cancel(batch, indices ?? [...batch.claims.keys()])
    if (indices === undefined) await this.#fleet.end(batchId)
    await within(released, CANCEL_TIME)
  }

  async purge(batchId: string): Promise<void> {
    const batch = this.#batches.get(batchId)
    if (batch !== undefined) {
      batch.isOver = true
      this.#batches.delete(batchId)
      this.#desk.forget(batch)
      await this.#fleet.end(batchId)
    }
    WorkerBatch.remove(this.#options.directory, batchId)
    await this.#requests.purge(batchId)
  }

  /** What runs goes on. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#fleet.close()
    await this.#requests.settled()
  }

  #find(batchId: string): WorkerBatch | 'later' | undefined {
    const batch = this.#batches.get(batchId)
    if (batch !== undefined && this.#ready.has(batch)) return batch
    return WorkerBatch.has(this.#options.directory, batchId) ? 'later' : undefined
  }

  async #addToFleet(batch: WorkerBatch): Promise<void> {
    const group = this.#group(batch, await this.#url.promise)
    if (batch.isOver || this.#isClosed) return
    this.#fleet.add({
      group,
      wanted: () => this.#wanted(batch),
      onRefused: (reason) => void this.#refuse(batch, reason),
      onWaiting: (reason) => batch.batch.host.waiting(reason),
    })
  }

  #look(): void {
    void this.#desk
      .giveUp(
        (id) => this.#fleet.has(id),
        (id) => this.#scheduler.explain(id),
      )
      .catch((error: Error) => this.#options.onWarning(`Lost attempts could not be given up: ${error.stack ?? error.message}`))
  }

  #mayGoOn(batch: WorkerBatch, attempts: number, since: number): boolean {
    if (attempts === 0) return true
    const { bundle } = this.#options
    if (bundle === undefined ? Date.now() - since > BUNDLE_TIME : attempts >= bundle) return false
    return !this.#fleet.isWaitedFor(batch.batch.id)
  }

  /** Workers that a batch could use: each runs several attempts, if these are short. */
  #wanted(batch: WorkerBatch): number {
    const { waiting, claims, averageTime } = batch
    if (waiting === 0) return 0
    const { bundle = 0 } = this.#options
    const enough = bundle > 0 ? waiting / bundle : Math.max(FIRST_WORKERS, (waiting * averageTime) / BUNDLE_TIME)
    return Math.min(claims.size + Math.min(waiting, Math.ceil(enough)), batch.batch.concurrency ?? Infinity)
  }

  #group({ batch: { id, code, timeout }, secret }: WorkerBatch, url: string): WorkerGroup {
    const { bundle = 1 } = this.#options
    const minutes = timeout === undefined ? undefined : Math.ceil((timeout * bundle + BUNDLE_TIME + WORKER_TIME) / MINUTE)
    const { cpu, memory, gpu } = code
    return { batchId: id, cpu, memory, gpu, minutes, settings: { url: `${url}/workers/`, batch: id, secret } }
  }

  /** Ends a batch that can never have workers: its next attempt fails with the reason, and so does the job. */
  async #refuse(batch: WorkerBatch, reason: string): Promise<void> {
    const index = batch.take()
    if (index === undefined) return
    const { host } = batch.batch
    await host.open(index).catch(() => {})
    await host.ended(index, { type: 'unstartable', reason })
  }
}
