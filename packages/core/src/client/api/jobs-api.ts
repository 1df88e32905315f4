import * as v from 'valibot'
import { checkOptionNames, namesOf } from '../../utils/option-names.js'
import type { DataSource } from '../../wire.js'
import type {
  JobConfig,
  JobEventMessage,
  JobFilter,
  JobLogQuery,
  JobParams,
  JobRecord,
  JobRequest,
  JobResponse,
  JobResult,
  JobResultsResponse,
  JobState,
  LogLine,
  LogRequest,
  LogResponse,
  RerunRequest,
  TaskRecord,
  TaskResponse,
  TaskState,
} from '../../wire-jobs.js'
import { invalidResponse, parseResponse } from '../http/parse-response.js'
import type { Hints } from '../http/refusal.js'
import type { TextResponse } from '../http/response.js'
import type { Transport } from '../transport.js'
import { jobEvents } from './job-events.js'
import { downloadResult, uploadSource, type SourceUploadOptions } from './job-files.js'
import { itemsOf, pageQuery, readPage, type ListOptions } from './pages.js'
import { linesOf } from './text-lines.js'

export type JobListOptions = Pick<ListOptions, 'orderBy' | 'pageSize'>

export interface TaskListOptions {
  /** Only tasks in this state. */
  state?: TaskState | undefined
  /** Items per request. @default 100 */
  pageSize?: number | undefined
}

export interface EventOptions {
  /** Only the events of this job. */
  jobId?: string | undefined
}

/**
 * The Customer API: jobs. A call whose response was lost is sent again only if doing it twice is as good as once. What is
 * marked as an addition exists on `bytenite-local` only.
 */
export interface JobsApi {
  /** `POST /customer/jobs`. With the `jobId` of a job that has not started, changes that job. Does not start it. */
  create(request: JobRequest): Promise<JobRecord>
  /** `GET /customer/jobs/{id}` */
  get(id: string): Promise<JobRecord>
  /** `GET /customer/jobs`, the newest first. Requests a page only when its jobs are needed. */
  list(options?: JobListOptions): AsyncGenerator<JobRecord, void, undefined>
  /** `POST /customer/jobs/filter`: the jobs that pass all filters. */
  filter(filters: readonly JobFilter[], options?: JobListOptions): AsyncGenerator<JobRecord, void, undefined>
  /** `DELETE /customer/jobs/{id}`, with all its data. */
  delete(id: string): Promise<void>
  /** `PATCH /customer/jobs/{id}/datasource` */
  setData(id: string, data: { dataSource?: DataSource; dataDestination?: DataSource }): Promise<JobRecord>
  /** `PATCH /customer/jobs/{id}/params` */
  setParams(id: string, params: JobParams): Promise<JobRecord>
  /** `PATCH /customer/jobs/{id}/jobname` */
  rename(id: string, name: string): Promise<JobRecord>
  /** `PATCH /customer/jobs/{id}/configs` */
  configure(id: string, config: JobConfig): Promise<JobRecord>
  /**
   * Streams a file to a job with the data source `file`, then calls `PATCH /customer/jobs/{id}/uploadcompleted`.
   * @throws {ByteNiteError} also `INVALID_OPTION` for a job that takes no file, `UNREADABLE_FILE`, `FILE_CHANGED`
   */
  upload(id: string, file: string, options?: SourceUploadOptions): Promise<void>
  /** `POST /customer/jobs/{id}/run`. Resolves when the job is accepted. If the response is lost, checks whether the job has started. */
  run(id: string, config?: JobConfig): Promise<void>
  /** `POST /customer/jobs/{id}/abort`. A job that has not started is deleted. */
  abort(id: string): Promise<void>
  /**
   * `POST /customer/jobs/{id}/rerun`: runs tasks of a job that has ended again. An addition.
   * @param tasks 'all' by default
   * @param params in place of those of the app and the assembler
   */
  rerun(id: string, tasks?: RerunRequest['tasks'], params?: JobParams): Promise<JobRecord>
  /** `GET /customer/jobs/{id}/results`. Refused until the job is complete. */
  results(id: string): Promise<JobResult[]>
  /**
   * Downloads what a link of a result leads to. `file` appears only once it is complete.
   * @returns its size in bytes
   * @throws {ByteNiteError} also `RESULT_NOT_WRITTEN`
   */
  download(result: JobResult, file: string): Promise<number>
  /** `GET /customer/jobs/{id}/tasks`, by chunk. An addition. */
  tasks(id: string, options?: TaskListOptions): AsyncGenerator<TaskRecord, void, undefined>
  /** `GET /customer/jobs/{id}/tasks/{chunk}`: a task with its attempts, results and logs. An addition. */
  task(id: string, chunk: number): Promise<TaskResponse>
  /** `POST /customer/logs`, for logs of at most 16 MiB in all. */
  logs(request: LogRequest): Promise<LogResponse>
  /** `GET /customer/jobs/{id}/log`: one log, of any size, line by line. With `follow`, until the attempt has ended. An addition. */
  log(id: string, query: JobLogQuery): AsyncGenerator<LogLine, void, undefined>
  /**
   * `GET /customer/events`: what happens to jobs, without an end. It starts with an event `missed`, from when on none is missing.
   * Another one comes when the connection broke or was too slow: read again what matters. Of several events about one job or
   * task, only the last may come.
   */
  events(options?: EventOptions): AsyncGenerator<JobEventMessage, void, undefined>
  /** Resolves with a job when it has ended, complete or failed. Uses `events`. */
  ended(id: string): Promise<JobRecord>
}

const CUSTOMER = '/customer'
const JOBS = `${CUSTOMER}/jobs`

const LIST_NAMES = namesOf<JobListOptions>({ orderBy: true, pageSize: true })
const TASK_LIST_NAMES = namesOf<TaskListOptions>({ state: true, pageSize: true })
const UPLOAD_NAMES = namesOf<SourceUploadOptions>({ name: true, onProgress: true })
const EVENT_NAMES = namesOf<EventOptions>({ jobId: true })

const ENDS: ReadonlySet<JobState> = new Set(['JOB_STATE_COMPLETE', 'JOB_STATE_FAILED'])

const JobSchema = v.looseObject({ id: v.string(), state: v.string() })
const JobResponseSchema = v.looseObject({ job: JobSchema })
const ResultsSchema = v.looseObject({ results: v.nullish(v.array(v.looseObject({ name: v.string(), link: v.string() }))) })
const TaskSchema = v.looseObject({
  task: v.looseObject({ id: v.string() }),
  attempts: v.array(v.looseObject({})),
  results: v.array(v.looseObject({})),
  logs: v.array(v.looseObject({})),
})
const LogSchema = v.nullish(v.array(v.looseObject({})))
const LogsSchema = v.looseObject({ partitioner: LogSchema, assembler: LogSchema, taskrunner: v.nullish(v.looseObject({})) })
const ConfirmationSchema = v.looseObject({ ok: v.nullish(v.literal(true)) })

const HINTS: Hints = {
  400: 'Fix what the platform reports above.',
  403: 'These credentials lack permission. Use a key of the account that owns the job.',
  404: "Check the job's ID, and the API address (BYTENITE_API_URL).",
  409: "The job's state does not allow this. Read the job, or create another one.",
  413: 'Pass large inputs as the data of the job, not as its parameters.',
}

export function jobsApi(transport: Transport, signal: AbortSignal | undefined): JobsApi {
  const get = (id: string): Promise<JobRecord> => transport.call({ method: 'GET', path: pathOf(id), hints: HINTS, read: readJob })
  /** Setting the same twice is as good as once. */
  const patch = (id: string, what: string, json: unknown): Promise<JobRecord> =>
    transport.call({ method: 'PATCH', path: pathOf(id, what), json, hints: HINTS, read: readJob })
  const confirmed = (method: 'DELETE' | 'PATCH' | 'POST', path: string, isRepeatable: boolean): Promise<void> =>
    transport.call({ method, path, hints: HINTS, isRepeatable, read: readConfirmation })

  async function* events(options: EventOptions = {}): AsyncGenerator<JobEventMessage, void, undefined> {
    checkOptionNames(options, EVENT_NAMES)
    const query = options.jobId === undefined ? '' : `?${new URLSearchParams({ jobId: options.jobId })}`
    yield* jobEvents(transport, `${CUSTOMER}/events${query}`, HINTS, signal)
  }

  return {
    create: (json) =>
      transport.call({ method: 'POST', path: JOBS, json, hints: HINTS, isRepeatable: json.jobId !== undefined, read: readJob }),
    get,
    async *list(options = {}) {
      checkOptionNames(options, LIST_NAMES)
      const { orderBy, pageSize } = options
      yield* itemsOf<JobRecord>((limit, offset) => {
        const path = `${JOBS}?${pageQuery(limit, offset, { orderBy })}`
        return transport.call({ method: 'GET', path, hints: HINTS, read: (response) => readPage(response, 'data') })
      }, pageSize)
    },
    async *filter(filters, options = {}) {
      checkOptionNames(options, LIST_NAMES)
      const { orderBy, pageSize } = options
      yield* itemsOf<JobRecord>((limit, offset) => {
        const json = { filters, orderBy, pagination: { limit, offset } }
        return transport.call({
          method: 'POST',
          path: `${JOBS}/filter`,
          json,
          hints: HINTS,
          read: (response) => readPage(response, 'data'),
        })
      }, pageSize)
    },
    delete: (id) => confirmed('DELETE', pathOf(id), false),
    setData: (id, data) => patch(id, 'datasource', data),
    setParams: (id, params) => patch(id, 'params', params),
    rename: (id, name) => patch(id, 'jobname', name),
    configure: (id, config) => patch(id, 'configs', config),
    async upload(id, file, options = {}) {
      checkOptionNames(options, UPLOAD_NAMES)
      await uploadSource(transport, await get(id), file, options)
      await confirmed('PATCH', pathOf(id, 'uploadcompleted'), true)
    },
    async run(id, config = {}) {
      await transport.call<true | undefined>({
        method: 'POST',
        path: pathOf(id, 'run'),
        json: { config },
        hints: HINTS,
        read: readConfirmation,
        confirm: {
          method: 'GET',
          path: pathOf(id),
          read: (response) => (readJob(response).state === 'JOB_STATE_NEW' ? undefined : true),
        },
      })
    },
    abort: (id) => confirmed('POST', pathOf(id, 'abort'), false),
    rerun: (id, tasks = 'all', params) =>
      transport.call({
        method: 'POST',
        path: pathOf(id, 'rerun'),
        json: { tasks, params },
        hints: HINTS,
        isRepeatable: false,
        read: readJob,
      }),
    results: (id) =>
      transport.call({
        method: 'GET',
        path: pathOf(id, 'results'),
        hints: HINTS,
        read: (response) => parseResponse<Partial<JobResultsResponse>>(ResultsSchema, response, `the results of ${id}`).results ?? [],
      }),
    download: (result, file) => downloadResult(transport, result, file),
    async *tasks(id, options = {}) {
      checkOptionNames(options, TASK_LIST_NAMES)
      const { state, pageSize } = options
      yield* itemsOf<TaskRecord>((limit, offset) => {
        const path = `${pathOf(id, 'tasks')}?${pageQuery(limit, offset, { state })}`
        return transport.call({ method: 'GET', path, hints: HINTS, read: (response) => readPage(response, 'data') })
      }, pageSize)
    },
    task: (id, chunk) =>
      transport.call({
        method: 'GET',
        path: pathOf(id, 'tasks', chunk),
        hints: HINTS,
        read: (response) => parseResponse<TaskResponse>(TaskSchema, response, `task ${chunk} of ${id}`),
      }),
    logs: (json) =>
      transport.call({
        method: 'POST',
        path: `${CUSTOMER}/logs`,
        json,
        hints: HINTS,
        read(response) {
          const { partitioner, assembler, taskrunner } = parseResponse<LogResponse>(LogsSchema, response, `the logs of ${json.jobId}`)
          return { partitioner: partitioner ?? [], assembler: assembler ?? [], taskrunner: taskrunner ?? {} }
        },
      }),
    async *log(id, query) {
      const path = pathOf(id, 'log')
      const fields = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]))
      const chunks = await transport.open(`${path}?${new URLSearchParams(fields)}`, 'application/x-ndjson', HINTS)
      for await (const line of linesOf(chunks, `GET ${path}`)) if (line !== '') yield parseLine(line, path)
    },
    events,
    async ended(id) {
      for await (const message of events({ jobId: id })) {
        const job = message.event === 'job' ? message.data : message.event === 'task' ? undefined : await get(id)
        if (job !== undefined && ENDS.has(job.state)) return job
      }
      return get(id)
    },
  }
}

function pathOf(id: string, ...rest: (string | number)[]): string {
  return [JOBS, ...[id, ...rest].map(encodeURIComponent)].join('/')
}

function readJob(response: TextResponse): JobRecord {
  return parseResponse<JobResponse>(JobResponseSchema, response, 'a job').job
}

function readConfirmation(response: TextResponse): undefined {
  parseResponse(ConfirmationSchema, response, 'a confirmation')
}

function parseLine(line: string, path: string): LogLine {
  try {
    return JSON.parse(line) as LogLine
  } catch {
    const response = { call: `GET ${path}`, status: 200, headers: {}, text: '' }
    throw invalidResponse(response, 'a log', 'a line is not JSON').toError({ attempts: 1 })
  }
}
