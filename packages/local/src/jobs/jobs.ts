import type { Garbage, GarbageRules } from './garbage.js'
import type { AttemptRecord, JobConfig, JobParams, JobRecord, JobRequest, LogLine, TaskRecord } from 'bytenite-uploader/wire-jobs'

/**
 * All jobs of a platform. What a call has returned is on disk. Every method throws a {@link Refusal}: 404 for a job or task
 * that does not exist, 400 for what breaks a rule (every broken rule at once), 409 for what the job's state does not allow.
 */
export interface Jobs {
  /** Creates a job, or changes the one with the request's `jobId`. */
  create(request: JobRequest): Promise<JobRecord>
  get(id: string): JobRecord
  /** Newest first. */
  list(): Iterable<JobRecord>
  /** Deletes a job that does not run, with all its data. */
  delete(id: string): Promise<void>
  setData(id: string, data: Pick<JobRequest, 'dataSource' | 'dataDestination'>): JobRecord
  setParams(id: string, params: JobParams): Promise<JobRecord>
  rename(id: string, name: string): JobRecord
  configure(id: string, config: JobConfig): JobRecord

  /** Stores the file of a job with the data source `file`. An upload that does not arrive as a whole changes nothing. */
  receiveSource(id: string, name: string | undefined, content: AsyncIterable<Buffer>): Promise<void>
  /** Confirms the file. */
  completeUpload(id: string): JobRecord

  /** Resolves once the job is accepted and pinned to revisions. It then runs by itself. */
  run(id: string, config: JobConfig): Promise<JobRecord>
  /** Ends a job that runs, which then is `FAILED`, and resolves when none of its processes is left. Deletes one that has not started. */
  abort(id: string, by: string): Promise<void>
  /**
   * Runs tasks of a job that has ended again, and then its assembler, with the same revisions. Results of other tasks stay.
   * @param params in place of those of the app and the assembler. The chunks stay, so those of the partitioner cannot be others.
   */
  rerun(id: string, which: 'all' | 'failed' | readonly number[], params?: JobParams): Promise<JobRecord>
  /** Resolves with the job when it has ended. */
  ended(id: string, signal?: AbortSignal): Promise<JobRecord>

  /**
   * The files of the output, by their names. 400 before the job is complete.
   * @param only the name of one file, as {@link StoredFile} has it; any other finds nothing
   */
  results(id: string, only?: string): Promise<StoredFile[]>
  tasks(id: string): Iterable<TaskRecord>
  task(id: string, chunk: number): Promise<TaskDetail>
  /** The attempts of the partitioner or the assembler. */
  engineAttempts(id: string, part: 'partitioner' | 'assembler'): Promise<AttemptRecord[]>
  /** The lines of one attempt's log in their order, or of the last attempt. Refuses before the first line is asked for. */
  log(id: string, of: LogSource, options?: LogOptions): AsyncIterable<LogLine>
  /** The same, as many lines at once as there are. */
  logBatches(id: string, of: LogSource, options?: LogOptions): AsyncIterable<LogLine[]>

  /** What could be removed: jobs that have ended, by their age and size, and revisions that no other job needs. Changes nothing. */
  findGarbage(rules: GarbageRules): Promise<Garbage>
  /** Removes what was found. What is needed again since then stays. */
  removeGarbage(garbage: Garbage): Promise<void>

  /** @returns a function that ends it */
  subscribe(listener: (event: JobEvent) => void): () => void
  /**
   * Starts no more attempts, and refuses every change with 503. Those that run may end within `grace` milliseconds; the others
   * are ended, and run again at the next start.
   */
  close(grace: number): Promise<void>
}

export interface LogSource {
  part: 'partitioner' | 'app' | 'assembler'
  /** For the app. */
  chunk?: number
  /** @default the last one */
  attempt?: number
}

export interface LogOptions {
  /** Goes on until the attempt has ended, or this aborts. @default ends with what is there */
  follow?: AbortSignal | undefined
  /** How many lines at the end to begin with. @default all */
  last?: number | undefined
}

export interface StoredFile {
  /** Relative path, with `/`. */
  name: string
  /** Absolute path. */
  file: string
  /** Bytes. */
  size: number
}

export interface TaskDetail {
  task: TaskRecord
  attempts: AttemptRecord[]
  input: StoredFile
  results: StoredFile[]
  /** Of each attempt that has one. The size is that on disk. Bytes. */
  logs: { attempt: number; size: number }[]
}

export type JobEvent = { event: 'job'; data: JobRecord } | { event: 'task'; data: TaskRecord } | { event: 'deleted'; data: { id: string } }
