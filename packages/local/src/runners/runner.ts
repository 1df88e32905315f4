/**
 * A place where attempts run: processes, containers, or the scheduler of a cluster. It starts and ends them, and says what
 * became of them. Which tasks there are, what an ending means, and whether to try again is the jobs' business alone.
 */
export interface Runner {
  /** As in `serve --runner`, such as `process`. */
  readonly name: string
  /** Whether attempts go on when this process has ended, and a later one with the same owner can take them over. */
  readonly survivesRestart: boolean
  capabilities(): Promise<Capabilities>
  /**
   * Takes over attempts, to run them in their order. Returns once the place has accepted them, which may be long before
   * they start. Submitting a batch with the same ID again changes nothing.
   * @throws {RunnerError} if the place refuses the batch
   */
  submit(batch: Batch): Promise<void>
  /** The IDs of the batches that the place still has, from this process or an earlier one with the same owner. */
  list(): Promise<string[]>
  /** Ends attempts that run, and forgets those that do not run yet; without indices, all of the batch. Resolves when all are ended. */
  cancel(batchId: string, indices?: readonly number[]): Promise<void>
  /** Removes what the place keeps about a batch that has ended. */
  purge(batchId: string): Promise<void>
  /**
   * Starts nothing more, and lets go of the place. One that does not survive this process gives the attempts that run `grace`
   * milliseconds to end by themselves, undisturbed. Those left after that are told to end (SIGTERM), have a moment for it, and
   * are killed; they have ended as `lost`, whatever their exit codes. With 0, they are killed at once.
   */
  close(grace: number): Promise<void>
  /** Of a place on other machines: how its programs there reach it. */
  readonly remote?: RemotePlace
}

/** The part of a runner that speaks with programs on other machines. They authenticate themselves by secrets of their own. */
export interface RemotePlace {
  /** Told once of the origin by which other machines reach the platform, when it listens. */
  listening(origin: string): void
  /** Answers a request below {@link REMOTE_PATH}. */
  handle(request: RemoteRequest): Promise<RemoteResponse>
}

export interface RemoteRequest {
  /** Below {@link REMOTE_PATH}. */
  path: string
  query: URLSearchParams
  /** What stands after `Bearer` in the header `authorization`; empty without it. */
  secret: string
  /** The body as JSON. @throws {Refusal} for any other, and for one that is too large */
  json(): Promise<object>
  /** The body as it comes. */
  body(): AsyncIterable<Buffer>
}

export interface RemoteResponse {
  status: 200 | 204 | 400 | 401 | 404 | 410 | 503
  content?: object | AsyncIterable<Uint8Array>
}

/** Where a platform passes requests on to its {@link RemotePlace}. */
export const REMOTE_PATH = '/workers/'

export interface Capabilities {
  /** Whether attempts run in the image of the manifest. Otherwise, the image is ignored. */
  images: boolean
  /** Attempts that may run at once. */
  concurrency: number
  /** vCPUs and GB of memory of the largest machine, to which requirements are clamped; `undefined` if unknown. */
  cpu: number | undefined
  memory: number | undefined
  /** Names of the GPUs; `undefined` if unknown, so that the place itself accepts or refuses what needs one. */
  gpu: readonly string[] | undefined
  /** The most attempts in a batch. */
  maxBatch: number
}

/** Attempts of the same code: all tasks of a job that wait, or its partitioner, or its assembler. */
export interface Batch {
  /** Unique, of letters, digits and `-`; the same when the same attempts are submitted again after a restart. */
  id: string
  jobId: string
  code: Code
  /** Milliseconds that each attempt may take; `undefined` for no limit. */
  timeout: number | undefined
  /** How many may run at once at most; `undefined` for as many as the place allows. */
  concurrency: number | undefined
  /** The attempts, by index from 0. */
  size: number
  /** Of a batch that an earlier run of the platform has submitted: what is left of it. Only for a place that survives a restart. */
  left?: LeftAttempts | undefined
  host: BatchHost
}

/** Indices of a batch. All others have ended. */
export interface LeftAttempts {
  /** Were opened. */
  open: readonly number[]
  /** Were not opened yet. */
  waiting: readonly number[]
}

/** What is run. */
export interface Code {
  /** Absolute path of the unpacked `app/` of the archive. It is shared by the attempts, and none may change it. */
  directory: string
  /** Relative to the directory, with `/`. */
  entrypoint: string
  image: string
  /** For an image in a private registry. */
  registryLogin: { username: string; token: string } | undefined
  /** vCPUs and GB of memory, clamped to the place's; `undefined` if the manifest asks for none. */
  cpu: number | undefined
  memory: number | undefined
  /** In the order of preference; empty for none. */
  gpu: readonly string[]
}

/** The jobs' side of a batch. A runner calls it as things happen, for each index in the order of the methods. */
export interface BatchHost {
  /**
   * Called right before an attempt starts: creates its directories. If that fails, the attempt does not start, and has ended as
   * `unstartable` with the error's message as the reason.
   */
  open(index: number): Promise<Workspace>
  /** The workspace of an attempt that an earlier run of the platform has opened, to go on with it. */
  reopen(index: number): Promise<Workspace>
  /** Why attempts wait that do not run yet, for people; empty if there is nothing to say. Called whenever that changes. */
  waiting(reason: string): void
  /** @param place for people, such as the name of a node; empty for this machine */
  started(index: number, place: string): void
  /** A piece of the attempt's output, as it came. It is never kept waiting: a log that is too long is cut by the host. */
  output(index: number, stream: 'stdout' | 'stderr', piece: Buffer): void
  /**
   * The end of an attempt. All its processes are gone, and all its results are in the workspace. Called once for each index that
   * was not cancelled. Resolves when the end is on disk, whatever it means.
   */
  ended(index: number, ending: AttemptEnding): Promise<void>
}

export interface Workspace {
  /** Absolute path of a directory that no other attempt has. The writable ones below are in it, except for caches. */
  directory: string
  /**
   * Directories of the attempt, by the names of the variables that name them, such as `TASK_DIR`: absolute paths on this
   * machine. Where paths differ inside (a container), the runner sets the variables to the inner ones.
   */
  directories: Readonly<Record<string, WorkDirectory>>
  /** All other variables, such as `APP_PARAMS` and the secrets. Nothing else is in the environment but what starting a program needs. */
  variables: Readonly<Record<string, string>>
}

export interface WorkDirectory {
  path: string
  writable: boolean
  /** What the attempt is to find in it, what it is to leave in it, or what it may find and leave, but need not. */
  content: 'input' | 'output' | 'cache'
}

export type AttemptEnding =
  | { type: 'exited'; exitCode: number | null; signal: string | null }
  /** It took longer than the batch's timeout, and was ended. */
  | { type: 'timed out' }
  /** It could not be started, and another attempt would fail as well. */
  | { type: 'unstartable'; reason: string }
  /** The place lost it: a machine died, say, or the place was closed in the middle of it. Another attempt may succeed. */
  | { type: 'lost'; reason: string }
