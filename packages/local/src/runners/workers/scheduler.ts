/**
 * The scheduler of a cluster. It starts workers on the cluster's machines and ends them; what the workers do, they settle with the
 * platform. What a scheduler says of a worker only tells whether that may still be alive.
 */
export interface Scheduler {
  /** For people, such as `Slurm`. */
  readonly name: string
  /** @returns what is known already, if the scheduler does not answer */
  facts(): Promise<ClusterFacts>
  /**
   * Starts workers of a batch, or lets them wait in a queue.
   * @param count from 1 to what `facts` says
   * @returns the IDs of all that wait or run now
   * @throws {SchedulerRefusal} if workers like these can never run
   * @throws {SchedulerUnavailable}
   */
  start(group: WorkerGroup, count: number): Promise<string[]>
  /** All workers of this platform, from this process or an earlier one. @throws {SchedulerUnavailable} */
  list(): Promise<ListedWorker[]>
  /** Ends workers of a batch: all, or those that only wait. @throws {SchedulerUnavailable} */
  end(batchId: string, which: 'all' | 'queued'): Promise<void>
  /** How a worker ended, for people; empty if that is not known. */
  explain(workerId: string): Promise<string>
}

export interface ClusterFacts {
  /** vCPUs and GB of memory of the largest machine; `undefined` if unknown. */
  cpu: number | undefined
  memory: number | undefined
  /** `undefined` if unknown. */
  gpu: readonly string[] | undefined
  /** The most workers that can be started at once. */
  maxWorkers: number
}

/** Workers for the attempts of one batch. */
export interface WorkerGroup {
  batchId: string
  cpu: number | undefined
  memory: number | undefined
  /** In the order of preference; empty for none. */
  gpu: readonly string[]
  /** Minutes that a worker may take at most; `undefined` for what the cluster allows. */
  minutes: number | undefined
  settings: WorkerSettings
}

/** What a worker is started with. It is a secret. */
export interface WorkerSettings {
  /** Of the platform. */
  url: string
  batch: string
  secret: string
}

export interface ListedWorker {
  id: string
  batchId: string
  state: 'queued' | 'running'
  /** Why it waits, in the scheduler's words; empty if it says nothing. */
  reason: string
}

/** Workers that can never run as they are wanted. */
export class SchedulerRefusal extends Error {
  override readonly name = 'SchedulerRefusal'
}

/** A scheduler that does not answer, or has no room now. What it does not say is unknown. */
export class SchedulerUnavailable extends Error {
  override readonly name = 'SchedulerUnavailable'
  /** Whether it answers, and would take fewer workers. */
  readonly isFull: boolean

  constructor(message: string, { isFull = false }: { isFull?: boolean } = {}) {
    super(message)
    this.isFull = isFull
  }
}
