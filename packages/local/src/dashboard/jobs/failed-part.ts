import type { AttemptRecord, JobRecord, TaskRecord } from 'bytenite-uploader/wire-jobs'
import type { Jobs, LogSource } from '../../jobs/jobs.js'

/** What made a job fail: one of its parts, or the first task that failed. */
export interface FailedPart {
  source: LogSource
  /** Such as `Task 17`. */
  name: string
  attempt: AttemptRecord | undefined
  /** The other tasks that failed. */
  others: number[]
}

/** @returns `undefined` if no part was to blame, such as for a job that was aborted */
export async function findFailedPart(jobs: Jobs, job: JobRecord): Promise<FailedPart | undefined> {
  if (job.state !== 'JOB_STATE_FAILED') return undefined
  const [failed, ...others] = chunksThatFailed(jobs.tasks(job.id))
  if (failed !== undefined) {
    const attempts = await jobs.task(job.id, failed).then(
      ({ attempts }) => attempts,
      () => [],
    )
    return { source: { part: 'app', chunk: failed }, name: `Task ${failed}`, attempt: attempts.at(-1), others }
  }
  for (const [part, name] of [
    ['assembler', 'The assembler'],
    ['partitioner', 'The partitioner'],
  ] as const) {
    const attempt = (await jobs.engineAttempts(job.id, part)).at(-1)
    if (attempt !== undefined && attempt.state !== 'completed') return { source: { part }, name, attempt, others: [] }
  }
  return undefined
}

function chunksThatFailed(tasks: Iterable<TaskRecord>): number[] {
  return Array.from(tasks).flatMap(({ state, chunk }) => (state === 'Failed' ? [chunk] : []))
}
