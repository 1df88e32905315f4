import { createClient, type JobsApi } from 'bytenite-uploader'
import { messageOf, withDocs } from 'bytenite-uploader/internal'
import type { JobPart, JobRecord } from 'bytenite-uploader/wire-jobs'
import type { PublishedParts } from '../../develop/published-parts.js'
import type { PlatformConnection } from '../connection.js'
import { failureOf, showFailedLog } from '../job/failure.js'
import type { JobInput } from '../job/job-options.js'
import { isComplete } from '../job/job-state.js'
import { isPassthrough } from '../job/progress.js'
import { endText, LAST_LINES, showOrAbort } from '../job/run-job.js'
import type { Screen } from '../job/screen.js'
import { submitJob, type Clients } from '../job/submit.js'
import { OwnResults } from './own-results.js'
import { describeChanges, describeFirst } from './result-changes.js'
import { takeSnapshot, type Snapshot } from './snapshot.js'

export interface VersionRunsOptions {
  connection: PlatformConnection
  /** Address of the dashboard. */
  dashboard: URL
  /** Directory for the results. */
  out: string
  /** Reads what is submitted anew for each job. */
  readInput: () => JobInput
  screen: Screen
  /** Ends the loop, and aborts the job that runs. */
  signal: AbortSignal
}

/** Jobs that are kept, so that links to them lead somewhere. */
const KEPT_JOBS = 20

/** Runs one version after the other, and says how its results differ from those of the one before. */
export class VersionRuns {
  readonly #results: OwnResults
  readonly #options: VersionRunsOptions
  /** One for all jobs, because each client first needs an access token. */
  readonly #clients: Clients
  #before: Snapshot | undefined
  #hasFailed = false
  readonly #jobs: string[] = []

  constructor(options: VersionRunsOptions) {
    this.#options = options
    const { connection, signal, screen } = options
    const { jobs } = createClient({ ...connection, signal, onWarning: (message) => screen.warn(message) })
    this.#clients = { jobs, control: createClient({ ...connection, retries: 1 }).jobs }
    this.#results = new OwnResults(options.out)
  }

  /** Whether the last job did not complete. */
  get hasFailed(): boolean {
    return this.#hasFailed
  }

  /** Never rejects: whatever goes wrong is said. @param superseded aborts the job, because there is a newer version */
  async run(parts: PublishedParts, superseded: AbortSignal): Promise<void> {
    this.#hasFailed = true
    const { screen, signal } = this.#options
    try {
      this.#hasFailed = !(await this.#runJob(parts, superseded))
    } catch (error) {
      if (!signal.aborted) warnOf(error as Error, screen)
    }
  }

  /** @returns whether the job completed */
  async #runJob(parts: PublishedParts, superseded: AbortSignal): Promise<boolean> {
    const { dashboard, screen, readInput, signal } = this.#options
    const { jobs, control } = this.#clients
    const job = await submitJob(this.#clients, { parts, ...readInput() }, screen)
    this.#jobs.push(job.id)
    // If that fails, it has just ended by itself.
    const abort = (): void => void control.abort(job.id).catch(() => {})
    superseded.addEventListener('abort', abort)
    if (superseded.aborted) abort()
    const ended = await showOrAbort(this.#clients, job, screen, signal)
    superseded.removeEventListener('abort', abort)
    if (isComplete(ended)) await this.#showResults(jobs, ended)
    else if (superseded.aborted) {
      screen.say(`Aborted job ${ended.id}, because a newer version was published`)
      return false
    } else {
      await showFailedLog(jobs, ended, screen, LAST_LINES)
      screen.warn(`${versionText(ended)}: ${failureOf(ended, false).message}`)
    }
    screen.say(`  ${new URL(`/jobs/${ended.id}`, dashboard).href}`)
    await this.#forgetOldJobs()
    return isComplete(ended)
  }

  async #showResults(jobs: JobsApi, job: JobRecord): Promise<void> {
    const { screen } = this.#options
    const results = await jobs.results(job.id)
    await this.#results.replace(jobs, results)
    const names = results.map(({ name }) => name)
    const snapshot = await takeSnapshot(this.#results.directory, names)
    const [summary = '', ...lines] = this.#before === undefined ? describeFirst(snapshot) : await describeChanges(this.#before, snapshot)
    this.#before = snapshot
    screen.say(`${versionText(job)}: ${endText(job).toLowerCase()}, ${summary}`)
    for (const line of lines) screen.say(line)
  }

  async #forgetOldJobs(): Promise<void> {
    if (this.#jobs.length <= KEPT_JOBS) return
    const id = this.#jobs.shift()
    // Somebody may have deleted it, in the dashboard.
    if (id !== undefined) await this.#clients.control.delete(id).catch(() => {})
  }
}

/** What ran, with the number of its revision. */
function versionText({ parts, name }: JobRecord): string {
  if (parts === undefined) return name
  const engines = [parts.partitioner, parts.assembler].filter((part) => !isPassthrough(part)).map(partText)
  return partText(parts.app) + (engines.length === 0 ? '' : ` with ${engines.join(' and ')}`)
}

function partText({ tag, revision = '' }: JobPart): string {
  return `${tag} revision ${revision}`
}

/** An error has several lines: what failed, the remedy, and where the documentation explains it. */
function warnOf(error: Error, screen: Screen): void {
  for (const line of withDocs(messageOf(error), error).split('\n')) screen.warn(line)
}
