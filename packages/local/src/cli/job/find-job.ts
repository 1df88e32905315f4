import { createClient, isByteNiteError, type JobsApi } from 'bytenite-uploader'
import { UsageError } from 'bytenite-uploader/internal/command-line'
import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import { findConnection, type ConnectionValues } from '../connection.js'

/** A job that was named on a command line, and the client for it. */
export interface NamedJob {
  jobs: JobsApi
  job: JobRecord
}

/**
 * Finds the job of which the ID, or the beginning of it, is the only argument of a command.
 * @param signal ends all requests
 * @throws {UsageError} for other arguments; {@link Error} if there is no such job, or more than one
 */
export async function openNamedJob([id, unexpected]: readonly string[], values: ConnectionValues, signal?: AbortSignal): Promise<NamedJob> {
  if (id === undefined) throw new UsageError('Missing the ID of the job. "bytenite-local jobs" lists them.')
  if (unexpected !== undefined) throw new UsageError(`Unexpected argument "${unexpected}".`)
  if (!/^[\w-]+$/.test(id)) throw new UsageError(`"${id}" is not the ID of a job, nor the beginning of one.`)
  const { jobs } = createClient({ ...findConnection(values), signal })
  return { jobs, job: await findJob(jobs, id) }
}

/** Jobs that are listed if several have the same beginning. */
const LISTED = 10

async function findJob(jobs: JobsApi, id: string): Promise<JobRecord> {
  try {
    return await jobs.get(id)
  } catch (error) {
    if (!isByteNiteError(error) || error.status !== 404) throw error
  }
  const found: JobRecord[] = []
  for await (const job of jobs.filter([{ field: 'id', condition: 'FILTER_CONDITION_LIKE', value: `${id}%` }])) {
    // Underscores stand for any character.
    if (job.id.startsWith(id) && found.push(job) > LISTED) break
  }
  const [only, ...others] = found
  if (only === undefined) throw new Error(`There is no job ${id}. "bytenite-local jobs" lists those that there are.`)
  if (others.length === 0) return only
  const ids = found.slice(0, LISTED).map((job) => job.id)
  throw new Error(`Several jobs begin with ${id}: ${ids.join(', ')}${found.length > LISTED ? ', …' : ''}. Write more of the ID.`)
}
