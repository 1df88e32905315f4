import type { JobsApi } from 'bytenite-uploader'
import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import { attemptLines, type LogPlace } from './follow-log.js'
import { withoutCommand } from '../../jobs/failure-text.js'
import type { Screen } from './screen.js'

/** Shows the last lines that the failed part of a job printed. What its only task printed was shown already. */
export async function showFailedLog(jobs: JobsApi, job: JobRecord, screen: Screen, count: number): Promise<void> {
  const failed = await findFailed(jobs, job)
  if (failed === undefined || (failed.place.part === 'app' && job.numChunks === 1)) return
  const lines: string[] = []
  let last = 0
  for await (const { attempt, line } of attemptLines(jobs, job.id, failed.place, { from: failed.attempts ?? 1 })) {
    if (attempt !== last) lines.length = 0
    last = attempt
    if (line.level === 'UNKNOWN' && lines.push(line.log) > count) lines.shift()
  }
  if (lines.length === 0) return
  const { part, chunk } = failed.place
  screen.say(`The last lines of ${part === 'app' ? `task ${chunk}` : `the ${part}`}:`)
  for (const line of lines) screen.output(`  ${line}`)
}

async function findFailed(jobs: JobsApi, job: JobRecord): Promise<{ place: LogPlace; attempts?: number } | undefined> {
  const { stateTimestamps: passed, id } = job
  if (passed.JOB_STATE_MERGING !== undefined) return { place: { part: 'assembler' } }
  if (passed.JOB_STATE_PARTITIONED === undefined) {
    return passed.JOB_STATE_PARTITIONING === undefined ? undefined : { place: { part: 'partitioner' } }
  }
  for await (const { chunk, attempts } of jobs.tasks(id, { state: 'Failed', pageSize: 1 }))
    return { place: { part: 'app', chunk }, attempts }
  return undefined
}

/** Why a job failed. @param hasLogs whether its logs can be read later, as the platform advises */
export function failureOf({ id, errorMessage }: JobRecord, hasLogs: boolean): Error {
  const reason = hasLogs ? errorMessage : withoutCommand(errorMessage)
  return new Error(`Job ${id} failed: ${reason}`)
}
