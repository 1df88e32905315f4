import { createClient, isByteNiteError, type JobsApi } from 'bytenite-uploader'
import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import type { PlatformConnection } from '../connection.js'
import { failureOf, showFailedLog } from './failure.js'
import { isComplete } from './job-state.js'
import { jobDuration } from '../../jobs/job-duration.js'
import { printJson } from './print-json.js'
import { saveResults } from './save-results.js'
import type { Screen } from './screen.js'
import { showJob } from './show.js'
import type { Clients } from './submit.js'

export interface RunJobOptions {
  connection: PlatformConnection
  screen: Screen
  /** Aborts the job. */
  signal: AbortSignal
  /** Starts the job. */
  start: (clients: Clients) => Promise<StartedJob>
  /** Existing directory for the results. @default they are not downloaded */
  out?: string | undefined
  /** Whether to print the job's record at its end. @default false */
  json?: boolean | undefined
  /** Whether only to start the job, and to print its ID. @default false */
  detach?: boolean | undefined
  /** Whether the platform ends with the command, so that no log can be read later. @default false */
  isTemporary?: boolean | undefined
}

export interface StartedJob {
  job: JobRecord
  /** Number of the last attempt of its only task before. @default 0 */
  after?: number | undefined
}

/** Lines of a log that are shown when a job has failed; more if it cannot be read later. */
export const LAST_LINES = 20
const LAST_LINES_OF_ALL = 200

/**
 * Starts a job, shows it until its end, and downloads its results.
 * @throws {Error} if the job fails; the signal's reason after it aborted the job; and the errors of the client
 */
export async function runJob(options: RunJobOptions): Promise<void> {
  const { connection, screen, signal, start, out, json = false, detach = false, isTemporary = false } = options
  const { jobs } = createClient({ ...connection, signal, onWarning: (message) => screen.warn(message) })
  const clients = { jobs, control: createClient({ ...connection, retries: 1 }).jobs }
  const { job, after } = await start(clients)
  if (detach) return json ? printJson(job) : console.log(job.id)
  const ended = await showOrAbort(clients, job, screen, signal, after)
  if (json) printJson(ended)
  if (!isComplete(ended)) {
    await showFailedLog(jobs, ended, screen, isTemporary ? LAST_LINES_OF_ALL : LAST_LINES)
    throw failureOf(ended, !isTemporary)
  }
  screen.say(endText(ended))
  if (out !== undefined) await saveResults(jobs, await jobs.results(ended.id), out, screen)
}

/**
 * Shows a job until its end, and aborts it if the signal does.
 * @throws the signal's reason, and the errors of the client
 */
export async function showOrAbort(
  { jobs, control }: Clients,
  job: JobRecord,
  screen: Screen,
  signal: AbortSignal,
  after?: number,
): Promise<JobRecord> {
  try {
    return await showJob(jobs, job, screen, after)
  } catch (error) {
    if (signal.aborted) await abort(control, job.id, screen)
    else screen.warn(`Job ${job.id} may still run. To see it: bytenite-local job ${job.id}`)
    throw error
  }
}

async function abort(control: JobsApi, id: string, screen: Screen): Promise<void> {
  screen.say(`Aborting job ${id}`)
  try {
    await control.abort(id)
    screen.say(`Aborted job ${id}`)
  } catch (error) {
    // It ended by itself meanwhile.
    if (isByteNiteError(error) && error.status === 409) return
    screen.warn(`Job ${id} could not be aborted: ${(error as Error).message}`)
  }
}

/** That a job is complete, with how long it took. */
export function endText(job: JobRecord): string {
  const time = jobDuration(job)
  return job.numChunks === 1 ? `Complete in ${time}` : `Complete: ${job.numChunks} tasks in ${time}`
}
