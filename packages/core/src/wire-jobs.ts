/** The data exchanged about jobs, their tasks, results and logs. What `wire.ts` says of its types holds here, too. */
import type { DataSource, JobTemplate, Pagination } from './wire.js'

/** In the order in which a job passes through them. The tasks run during `JOB_STATE_PARTITIONED`. The last two are ends. */
export type JobState =
  | 'JOB_STATE_NEW'
  | 'JOB_STATE_STARTED'
  | 'JOB_STATE_UPLOADING'
  | 'JOB_STATE_PARTITIONING'
  | 'JOB_STATE_PARTITIONED'
  | 'JOB_STATE_TASKS_COMPLETED'
  | 'JOB_STATE_MERGING'
  | 'JOB_STATE_MERGED'
  | 'JOB_STATE_DOWNLOADING'
  | 'JOB_STATE_COMPLETE'
  | 'JOB_STATE_FAILED'

export interface JobConfig {
  /** Seconds that one attempt of a task may take; 0 for no limit. */
  taskTimeout?: number
  /** Seconds that the job may take; 0 for no limit. */
  jobTimeout?: number
  isTestJob?: boolean
  /** How often a failed task is tried again. */
  maxTaskRetries?: number
}

export interface JobParams {
  partitioner?: unknown
  app?: unknown
  assembler?: unknown
}

/** Which revision of an app or engine a job runs. Set when the job starts. An addition of `bytenite-local`. */
export interface JobPart {
  /** `name@MAJOR.MINOR`, or `passthrough`. */
  tag: string
  /** An int64. Absent for `passthrough`. */
  revision?: string
  /** SHA-256 of the archive, in base64. Absent for `passthrough`. */
  hash?: string
}

export interface JobRecord {
  id: string
  templateId: string
  name: string
  description: string
  config: JobConfig
  state: JobState
  /** The times at which the job entered its states. */
  stateTimestamps: Partial<Record<JobState, string>>
  dataSource: DataSource | null
  dataDestination: DataSource | null
  params: JobParams
  createdAt: string
  /** When `run` was accepted. */
  submittedAt: string | null
  /** When the first chunk was there. */
  startedAt: string | null
  endedAt: string | null
  /** Seconds from `submittedAt` to `endedAt`. */
  duration: number
  numChunks: number
  /** Why the job failed, in a sentence; empty otherwise. */
  errorMessage: string
  appId: string
  /** An addition of `bytenite-local`. */
  parts?: { partitioner: JobPart; app: JobPart; assembler: JobPart }
  /** How many tasks are in which state. An addition of `bytenite-local`. */
  tasks?: TaskCounts
  /**
   * Why tasks wait that could run, in the words of the place that runs them: `Slurm: Resources`. Absent if there is nothing to say.
   * An addition of `bytenite-local`.
   */
  waitsFor?: string
  /** In responses: the template that it was made from. */
  templateInfo?: JobTemplate | null
}

/** Body of `POST /customer/jobs`. Needs a template's ID or an app's tag. */
export interface JobRequest {
  templateId?: string
  name?: string
  description?: string
  /** An existing job that has not started: it is changed instead. */
  jobId?: string
  dataSource?: DataSource
  dataDestination?: DataSource
  params?: JobParams
  config?: JobConfig
  /** Tag of the app, in place of a template's. An addition of `bytenite-local`. */
  app?: string
  /** Tag of the partitioner; `passthrough` by default. An addition of `bytenite-local`. */
  partitioner?: string
  /** Tag of the assembler; `passthrough` by default. An addition of `bytenite-local`. */
  assembler?: string
}

/** Response of `POST /customer/jobs` and `GET /customer/jobs/{id}`. */
export interface JobResponse {
  job: JobRecord
  templateInfo: JobTemplate | null
}

/** Response of `GET /customer/jobs` and `POST /customer/jobs/filter`. */
export interface JobListResponse {
  data: JobRecord[]
  pagination: Pagination
}

/** Response of `GET /customer/jobs/{id}/results`. */
export interface JobResultsResponse {
  results: JobResult[]
}

export interface JobResult {
  /** Path of the file, with `/`. */
  name: string
  /** A URL that works without credentials until it expires. */
  link: string
}

export type LogLevel = 'UNKNOWN' | 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL' | 'PANIC'

/** A line of a log. Those of the platform have a level and the container `main`; those of an app are `UNKNOWN`. */
export interface LogLine {
  log: string
  /** RFC 3339 time. */
  timestamp: string
  level: LogLevel
  container?: string
  /** Where the app wrote it; absent for the platform's own lines. An addition of `bytenite-local`. */
  stream?: 'stdout' | 'stderr'
}

/** Body of `POST /customer/logs`. Empty lists mean all. */
export interface LogRequest {
  jobId: string
  taskIds?: string[]
  levels?: LogLevel[]
  services?: ('PARTITIONER' | 'ASSEMBLER' | 'TASKRUNNER')[]
}

/** Response of `POST /customer/logs`. */
export interface LogResponse {
  partitioner: LogLine[]
  assembler: LogLine[]
  taskrunner: Record<string, { logs: LogLine[] }>
}

/** Query of `GET /customer/jobs/{id}/log`. An addition of `bytenite-local`. */
export interface JobLogQuery {
  part: 'partitioner' | 'app' | 'assembler'
  /** Of the app. */
  chunk?: number
  /** @default the last one */
  attempt?: number
  /** Whether the response goes on until the attempt has ended. */
  follow?: boolean
}

/** The states of a task in the hosted platform's console, and `Failed`. */
export type TaskState = 'Scheduled' | 'Assigned' | 'Received' | 'Running' | 'Completed' | 'Failed'

export type TaskCounts = Record<'scheduled' | 'running' | 'completed' | 'failed', number>

/** One run of a task, of the partitioner or of the assembler. An addition of `bytenite-local`. */
export interface AttemptRecord {
  /** From 1. */
  attempt: number
  state: 'running' | 'completed' | 'failed' | 'timed out' | 'interrupted' | 'aborted'
  startedAt: string
  endedAt: string | null
  exitCode: number | null
  signal: string | null
  /** Why it did not complete, in a sentence; empty otherwise. */
  reason: string
  /** Where it ran, such as the name of a node; empty for this machine. */
  place: string
}

/** An element of `GET /customer/jobs/{id}/tasks`. An addition of `bytenite-local`. */
export interface TaskRecord {
  id: string
  jobId: string
  /** From 0. */
  chunk: number
  state: TaskState
  /** When its last attempt started and ended. */
  startedAt: string | null
  completedAt: string | null
  attempts: number
}

/** Response of `GET /customer/jobs/{id}/tasks`. */
export interface TaskListResponse {
  data: TaskRecord[]
  pagination: Pagination
}

/** Response of `GET /customer/jobs/{id}/tasks/{chunk}`. */
export interface TaskResponse {
  task: TaskRecord
  attempts: AttemptRecord[]
  /** The chunk: its size in bytes, and a link. */
  input: { size: number; link: string }
  results: { name: string; size: number; link: string }[]
  logs: { attempt: number; size: number; link: string }[]
}

/** Response of `GET /customer/info`, and of the other services' `info`. */
export interface InfoResponse {
  version: { major: number; minor: number; tag: string }
  messages: unknown[]
}

/** Body of `POST /auth/secrets`. */
export interface SecretRequest {
  /** Without an ID, the platform makes one up. */
  secret: Omit<Partial<SecretRecord>, 'secretType'> & Pick<SecretRecord, 'secretType'>
  /** The secret itself. No response contains it. */
  secretKey: string
}

/** A credential that jobs may use, without its secret key. */
export interface SecretRecord {
  id: string
  name: string
  /** `aws` (older: `s3`), `gcp`, `storj` or `other`. */
  secretType: string
  accessKey: string
  /** RFC 3339 time; `null` for never. */
  expiresAt: string | null
  params: Readonly<Record<string, unknown>>
}

/** Response of `GET /auth/secrets`. */
export interface SecretListResponse {
  secrets: SecretRecord[]
}

/** What happened to a job: the `result` of a message of `GET /customer/events`. `missed` stands for any number of others. */
export type JobEventMessage =
  | { event: 'job'; data: JobRecord }
  | { event: 'task'; data: TaskRecord }
  | { event: 'deleted'; data: { id: string } }
  | { event: 'missed'; data: Record<string, never> }

export type FilterCondition =
  `FILTER_CONDITION_${'EQ' | 'NEQ' | 'GT' | 'GTE' | 'LT' | 'LTE' | 'ARRAY_CONTAINS' | 'ARRAY_CONTAINS_ANY' | 'IN' | 'NOT_IN' | 'LIKE'}`

export interface JobFilter {
  /** Name of a field of a job, such as `state` or `config.isTestJob`. */
  field: string
  condition: FilterCondition
  value: unknown
}

/** Body of `POST /customer/jobs/filter`. */
export interface JobFilterRequest {
  /** A job has to pass all of them. */
  filters?: JobFilter[]
  /** A field's name, followed by ` desc` for descending order. */
  orderBy?: string
  pagination?: { limit?: number; offset?: number }
}

/** Body of `POST /customer/jobs/{id}/rerun`. An addition of `bytenite-local`. */
export interface RerunRequest {
  /** Which tasks: all, those that failed, or by their chunks. @default 'all' */
  tasks?: 'all' | 'failed' | readonly number[]
  /** In place of the parameters of the app and the assembler. */
  params?: JobParams
}

/** Response of `POST /customer/jobs/runningTasks`: how many tasks of each job are running. */
export interface RunningTasksResponse {
  jobsRunningTasks: Record<string, number>
}

/** Body of `POST /customer/datasource/test`. */
export interface DataSourceTestRequest {
  dataSource: DataSource
  listFiles?: boolean
}

/** Response of `POST /customer/datasource/test`. */
export interface DataSourceTestResponse {
  filename: string
  path: string
  /** Bytes, an int64. */
  size: string
  properties: Record<string, string>
  tempUrl: string
  files: DataDirectory | null
}

export interface DataDirectory {
  name: string
  path: string
  directories: DataDirectory[]
  files: { id: string; name: string; path: string; size: string }[]
}

/** Response of `GET /customer/jobs/templates`. */
export interface JobTemplateListResponse {
  data: (JobTemplate & { name?: string })[]
  pagination: Pagination
}
