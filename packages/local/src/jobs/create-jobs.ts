import { mkdirSync, readdirSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { AttemptRecord, JobConfig, JobParams, JobRecord, JobRequest, LogLine, TaskRecord } from 'bytenite-uploader/wire-jobs'
import { Refusal } from '../refusal.js'
import type { Runner } from '../runners/runner.js'
import type { Store } from '../store/store.js'
import { checkConfig, checkData, checkName, checkParams, checkRequest } from './requests/check-request.js'
import { findFacts, removeGarbage, type Premises } from './collect-garbage.js'
import type { FindSecret } from './services/environment.js'
import { planGarbage, type Garbage, type GarbageRules } from './garbage.js'
import type { Job } from './kept/job.js'
import { JobCatalog } from './kept/job-catalog.js'
import { JobFailure } from './job-failure.js'
import { createJobId } from './kept/job-id.js'
import type { JobEvent, Jobs, LogOptions, LogSource, StoredFile, TaskDetail } from './jobs.js'
import { DEFAULT_LIMITS, type JobLimits } from './limits.js'
import { createStoredJob, withData } from './requests/new-job.js'
import { checkParameters } from './requests/parameters.js'
import { findParts, pinnedRecord, type FoundParts } from './services/parts.js'
import type { LeftBatch } from './kept/left-batches.js'
import { readAttemptLog } from './kept/read-attempt-log.js'
import { recoverJob, recoverPlace } from './running/recovery.js'
import { prepareRerun } from './requests/rerun.js'
import { RunControl } from './running/run-control.js'
import { runJob } from './running/run-job.js'
import type { Services } from './services/services.js'
import { receiveUpload, requireUpload } from './files/source.js'
import { prepareStart } from './requests/start.js'
import { ended, hasEnded, isUnderWay, type Part } from './kept/stored-job.js'
import { storedFiles } from './files/stored-files.js'
import { toTaskRecord } from './kept/task-record.js'
import { UnpackedCode } from './services/unpacked-code.js'

export interface JobsOptions {
  /** Absolute path of the store's directory. */
  directory: string
  store: Store
  runner: Runner
  findSecret?: FindSecret | undefined
  limits?: Partial<JobLimits> | undefined
  /** Told of what could not be read, and of errors that nobody expected. */
  onWarning: (message: string) => void
}

/** Where attempts have their directories, below the directory of the store. A runner for processes is created with it. */
export function workDirectory(directory: string): string {
  return join(realpathSync.native(directory), 'work')
}

/** Opens the jobs in the store's directory. Those that were under way go on. */
export function createJobs(options: JobsOptions): Jobs {
  return new LocalJobs(options)
}

interface RunningJob {
  control: RunControl
  done: Promise<void>
}

class LocalJobs implements Jobs {
  readonly #services: Services
  readonly #catalog: JobCatalog
  readonly #listeners = new Set<(event: JobEvent) => void>()
  readonly #running = new Map<string, RunningJob>()
  /** When nothing is left of an earlier run of the platform, and its jobs go on. */
  readonly #recovered: Promise<void>
  /** Aborts when nothing runs any more. */
  readonly #closing = new AbortController()
  #isClosed = false

  constructor({ store, runner, findSecret = () => undefined, limits, onWarning, ...options }: JobsOptions) {
    const directory = realpathSync.native(options.directory)
    const folder = (...path: string[]): string => {
      const absolute = join(directory, ...path)
      mkdirSync(absolute, { recursive: true, mode: 0o700 })
      return absolute
    }
    const staging = folder('staging')
    this.#services = {
      store,
      runner,
      code: new UnpackedCode(folder('code'), staging, (hash) => store.archiveFile(hash)),
      findSecret,
      limits: { ...DEFAULT_LIMITS, ...limits },
      work: folder('work'),
      staging,
      userCache: folder('cache', 'user'),
      sharedCache: folder('cache', 'shared'),
      onWarning,
    }
    const leftovers = readdirSync(staging)
    this.#catalog = new JobCatalog(folder('jobs'), staging, (event) => this.#emit(event), onWarning)
    this.#recovered = this.#recover(leftovers)
    // Those who wait for it get the error.
    this.#recovered.catch((error: Error) => onWarning(`The jobs of an earlier run cannot go on: ${error.stack ?? error.message}`))
  }

  async create(request: JobRequest): Promise<JobRecord> {
    this.#assertOpen()
    const checked = checkRequest(request)
    const { jobId } = checked
    const id = jobId ?? createJobId()
    const draft = (): ReturnType<typeof createStoredJob> =>
      createStoredJob(id, checked, this.#services.store, jobId === undefined ? undefined : this.#draft(jobId).stored)
    const { tags, record } = draft()
    await this.#checkParameters(record.params, findParts(this.#services.store, tags))
    this.#assertOpen()
    // Made again: another request may have changed the job meanwhile.
    if (jobId === undefined) return this.#catalog.create(draft()).record
    const job = this.#draft(jobId)
    job.update(draft())
    return job.record
  }

  get(id: string): JobRecord {
    return this.#catalog.get(id).record
  }

  *list(): Iterable<JobRecord> {
    for (const job of this.#catalog.newestFirst()) yield job.record
  }

  async delete(id: string): Promise<void> {
    this.#assertOpen()
    const job = this.#catalog.get(id)
    if (isUnderWay(job.stored)) throw new Refusal(409, `job ${id} runs. Abort it first`)
    // One that has just ended may still be letting go of its files.
    await this.#running.get(id)?.done
    await this.#catalog.delete(job)
  }

  setData(id: string, data: Pick<JobRequest, 'dataSource' | 'dataDestination'>): JobRecord {
    const job = this.#draft(id)
    job.update(withData(job.stored, checkData(data)))
    return job.record
  }

  async setParams(id: string, params: JobParams): Promise<JobRecord> {
    const { tags } = this.#draft(id).stored
    const given = checkParams(params)
    const changed = (): JobParams => ({ ...this.#draft(id).stored.record.params, ...given })
    await this.#checkParameters(changed(), findParts(this.#services.store, tags))
    const job = this.#draft(id)
    job.update({ ...job.stored, record: { ...job.stored.record, params: changed() } })
    return job.record
  }

  rename(id: string, name: string): JobRecord {
    const job = this.#catalog.get(id)
    this.#assertOpen()
    job.update({ ...job.stored, record: { ...job.stored.record, name: checkName(name) } })
    return job.record
  }

  configure(id: string, config: JobConfig): JobRecord {
    const job = this.#draft(id)
    job.update({ ...job.stored, record: { ...job.stored.record, config: { ...job.stored.record.config, ...checkConfig(config) } } })
    return job.record
  }

  async receiveSource(id: string, name: string | undefined, content: AsyncIterable<Buffer>): Promise<void> {
    const isDraft = (): Job => {
      const job = this.#draft(id)
      if (job.stored.record.dataSource?.dataSourceDescriptor === 'file') return job
      throw new Refusal(409, `job ${id} does not have the data source "file"`)
    }
    await receiveUpload(isDraft, name, content, this.#services)
  }

  completeUpload(id: string): JobRecord {
    const job = this.#draft(id)
    const upload = requireUpload(job.stored)
    job.update({ ...job.stored, upload: { ...upload, isConfirmed: true } })
    return job.record
  }

  async run(id: string, config: JobConfig): Promise<JobRecord> {
    const checked = checkConfig(config)
    await this.#recovered
    const prepared = await prepareStart(this.#draft(id).stored, checked, this.#services)
    const job = this.#draft(id)
    job.update(prepared)
    this.#start(job)
    return job.record
  }

  async abort(id: string, by: string): Promise<void> {
    this.#assertOpen()
    await this.#recovered
    const job = this.#catalog.get(id)
    if (job.state === 'JOB_STATE_NEW') return this.#catalog.delete(job)
    const running = this.#running.get(id)
    if (hasEnded(job.stored) || running === undefined) throw new Refusal(409, `job ${id} has ended already`)
    running.control.fail(new JobFailure(`aborted by ${by}`))
    await running.done
  }

  async rerun(id: string, which: 'all' | 'failed' | readonly number[], params?: JobParams): Promise<JobRecord> {
    this.#assertOpen()
    await this.#recovered
    const job = this.#catalog.get(id)
    const changed = params && (await this.#checkNewParameters(job, params))
    if (!hasEnded(job.stored)) throw new Refusal(409, `job ${id} has not ended`)
    await this.#running.get(id)?.done
    prepareRerun(job, which, changed, this.#services)
    this.#start(job)
    return job.record
  }

  async ended(id: string, signal?: AbortSignal): Promise<JobRecord> {
    const job = this.#catalog.get(id)
    if (hasEnded(job.stored)) return job.record
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        unsubscribe()
        signal?.removeEventListener('abort', abort)
        this.#closing.signal.removeEventListener('abort', abort)
      }
      const abort = (): void => {
        stop()
        reject(signal?.aborted === true ? (signal.reason as Error) : new Refusal(503, 'the platform is closed'))
      }
      const unsubscribe = this.subscribe((event) => {
        if (event.event === 'task' || event.data.id !== id) return
        if (event.event === 'job' && !hasEnded(job.stored)) return
        stop()
        if (event.event === 'job') resolve(event.data)
        else reject(new Refusal(404, `job ${id} was deleted`))
      })
      signal?.addEventListener('abort', abort)
      this.#closing.signal.addEventListener('abort', abort)
      if (signal?.aborted === true || this.#isClosed) abort()
    })
  }

  async results(id: string, only?: string): Promise<StoredFile[]> {
    const job = this.#catalog.get(id)
    const { record } = job.stored
    if (record.state === 'JOB_STATE_COMPLETE') return storedFiles(job.folder.output, only)
    const reason =
      record.state === 'JOB_STATE_FAILED'
        ? `has failed, so it has no results: ${record.errorMessage}`
        : `is not complete yet (${record.state})`
    throw new Refusal(400, `job ${id} ${reason}`)
  }

  *tasks(id: string): Iterable<TaskRecord> {
    const { tasks } = this.#catalog.get(id)
    for (let chunk = 0; chunk < tasks.size; chunk++) yield toTaskRecord(id, chunk, tasks)
  }

  async task(id: string, chunk: number): Promise<TaskDetail> {
    const job = this.#jobWithTask(id, chunk)
    const task = job.task(chunk)
    const [input] = await storedFiles(job.folder.chunks, String(chunk))
    if (input === undefined) throw new Refusal(404, `the data of task ${chunk} of job ${id} was removed`)
    const attempts = job.journal.attempts(chunk)
    return {
      task,
      attempts,
      input: { ...input, name: 'data.bin' },
      results: task.state === 'Completed' ? await storedFiles(job.folder.results(chunk)) : [],
      logs: await logSizes(attempts.map(({ attempt }) => ({ attempt, file: job.folder.log(chunk, attempt) }))),
    }
  }

  async engineAttempts(id: string, part: 'partitioner' | 'assembler'): Promise<AttemptRecord[]> {
    return this.#catalog.get(id).journal.attempts(part)
  }

  log(id: string, of: LogSource, options?: LogOptions): AsyncIterable<LogLine> {
    return oneByOne(this.logBatches(id, of, options))
  }

  logBatches(id: string, { part, chunk = 0, attempt }: LogSource, options: LogOptions = {}): AsyncIterable<LogLine[]> {
    const job = part === 'app' ? this.#jobWithTask(id, chunk) : this.#catalog.get(id)
    return readAttemptLog(job, part === 'app' ? chunk : part, attempt, options)
  }

  async findGarbage(rules: GarbageRules): Promise<Garbage> {
    return planGarbage(await findFacts(this.#premises()), rules, Date.now())
  }

  async removeGarbage(garbage: Garbage): Promise<void> {
    this.#assertOpen()
    await removeGarbage(this.#premises(), garbage)
  }

  subscribe(listener: (event: JobEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async close(grace: number): Promise<void> {
    this.#isClosed = true
    await this.#recovered.catch(() => {})
    const placeClosed = Promise.resolve().then(() => this.#services.runner.close(grace))
    for (const { control } of this.#running.values()) control.close(placeClosed)
    await placeClosed
    await Promise.all(Array.from(this.#running.values(), ({ done }) => done))
    this.#closing.abort()
  }

  async #recover(leftovers: readonly string[]): Promise<void> {
    const underWay = [...this.#catalog.newestFirst()].filter(({ stored }) => isUnderWay(stored)).toReversed()
    const leftOf = await recoverPlace(this.#services, underWay, leftovers)
    for (const job of underWay) {
      const left = leftOf.get(job) ?? []
      try {
        await recoverJob(job, this.#services.limits.log, left)
        if (!this.#isClosed) this.#start(job, left)
      } catch (error) {
        this.#services.onWarning(`Job ${job.id} cannot go on: ${(error as Error).stack ?? String(error)}`)
        job.end(ended(job.stored, `After a restart, the job could not go on: ${(error as Error).message}`, undefined))
      }
    }
  }

  #start(job: Job, left: readonly LeftBatch[] = []): void {
    const control = new RunControl()
    const done = runJob({ job, services: this.#services, control, left })
      .catch((error: Error) => this.#services.onWarning(`Job ${job.id} cannot go on: ${error.stack ?? error.message}`))
      .finally(() => this.#running.delete(job.id))
    this.#running.set(job.id, { control, done })
  }

  /** A job that may still be changed. @throws {Refusal} 404 or 409 */
  #draft(id: string): Job {
    this.#assertOpen()
    const job = this.#catalog.get(id)
    if (job.state !== 'JOB_STATE_NEW') throw new Refusal(409, `job ${id} has started, and cannot be changed any more`)
    return job
  }

  #jobWithTask(id: string, chunk: number): Job {
    const job = this.#catalog.get(id)
    if (Number.isInteger(chunk) && chunk >= 0 && chunk < job.stored.record.numChunks) return job
    throw new Refusal(404, `job ${id} has no ${Number.isInteger(chunk) ? `task ${chunk}` : 'such task'}`)
  }

  #premises(): Premises {
    return { store: this.#services.store, catalog: this.#catalog, code: this.#services.code.directory, staging: this.#services.staging }
  }

  /** Those of a job that has run, with others in their place. By the schemas of the revisions that it is pinned to. */
  async #checkNewParameters(job: Job, given: JobParams): Promise<JobParams> {
    const { params, parts } = job.stored.record
    const { partitioner, ...others } = checkParams(given)
    if (partitioner !== undefined && JSON.stringify(partitioner) !== JSON.stringify(params.partitioner)) {
      throw new Refusal(409, 'the chunks of this job are there already: for other parameters of the partitioner, create a new job')
    }
    const changed = { ...params, ...others }
    const { store } = this.#services
    const pinned = (part: Part): ReturnType<typeof pinnedRecord> =>
      parts === undefined ? undefined : pinnedRecord(store, part, parts[part])
    await this.#checkParameters(changed, { partitioner: pinned('partitioner'), app: pinned('app'), assembler: pinned('assembler') })
    return changed
  }

  #checkParameters(params: JobParams, parts: FoundParts): Promise<void> {
    return checkParameters(params, parts, this.#services.code)
  }

  #emit(event: JobEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        this.#services.onWarning(`A listener to jobs failed: ${(error as Error).stack ?? String(error)}`)
      }
    }
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new Refusal(503, 'the platform is closed')
  }
}

async function logSizes(logs: readonly { attempt: number; file: string }[]): Promise<TaskDetail['logs']> {
  const sizes = await Promise.all(
    logs.map(async ({ attempt, file }) => {
      const [log] = await storedFiles(dirname(file), basename(file))
      return log && { attempt, size: log.size }
    }),
  )
  return sizes.filter((log) => log !== undefined)
}

async function* oneByOne<T>(batches: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const batch of batches) yield* batch
}
