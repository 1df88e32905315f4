import type { AttemptRecord, JobRecord, TaskRecord } from 'bytenite-uploader/wire-jobs'
import type { Jobs, LogSource } from '../../jobs/jobs.js'

/** What made a job fail: one of its parts, or the first task that failed. */
export interface FailedPart {
  source: LogSource
  /** Such as `Task 17`. */
  name: string
  attempt: AttemptRecord | undefined
}

/** @returns `undefined` if no part was to blame, such as for a job that was aborted */
export async function findFailedPart(jobs: Jobs, job: JobRecord): Promise<FailedPart | undefined> {
  if (job.state !== 'JOB_STATE_FAILED') return undefined
  const failed = firstFailed(jobs.tasks(job.id))
  if (failed !== undefined) {
    const attempts = await jobs.task(job.id, failed.chunk).then(
      ({ attempts }) => attempts,
      () => [],
    )
    return { source: { part: 'app', chunk: failed.chunk }, name: `Task ${failed.chunk}`, attempt: attempts.at(-1) }
  }
  for (const [part, name] of [
    ['assembler', 'The assembler'],
    ['partitioner', 'The partitioner'],
  ] as const) {
    const attempt = (await jobs.engineAttempts(job.id, part)).at(-1)
    if (attempt !== undefined && attempt.state !== 'completed') return { source: { part }, name, attempt }
  }
  return undefined
}

function firstFailed(tasks: Iterable<TaskRecord>): TaskRecord | undefined {
  for (const task of tasks) if (task.state === 'Failed') return task
  return undefined
}
