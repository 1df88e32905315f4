import { isByteNiteError, type JobsApi } from 'bytenite-uploader'
import type { JobLogQuery, LogLine } from 'bytenite-uploader/wire-jobs'
import { hasEnded } from './job-state.js'
import type { JobWatch } from './watch.js'

/** Whose log. */
export type LogPlace = Pick<JobLogQuery, 'part' | 'chunk'>

/** A line of a log, and the attempt that it belongs to. */
export interface AttemptLine {
  attempt: number
  line: LogLine
}

export interface FollowOptions {
  /** Number of an attempt: only later ones count. @default 0 */
  after?: number
  /** Whether no other attempt comes. @default when the job has ended */
  isOver?: () => boolean | Promise<boolean>
}

/** The lines of all attempts, one attempt after the other, as they come. */
export async function* followLog(
  jobs: JobsApi,
  watch: JobWatch,
  place: LogPlace,
  { after = 0, isOver = () => hasEnded(watch.job) }: FollowOptions = {},
): AsyncGenerator<AttemptLine, void, undefined> {
  let next = after + 1
  for (;;) {
    const change = watch.change()
    const isLast = await isOver()
    for await (const found of attemptLines(jobs, watch.job.id, place, { from: next, follow: true })) {
      next = found.attempt + 1
      yield found
    }
    if (isLast) return
    await change
  }
}

/** The lines of the attempts that there are, from one on. */
export async function* attemptLines(
  jobs: JobsApi,
  id: string,
  place: LogPlace,
  { from = 1, follow = false }: { from?: number; follow?: boolean } = {},
): AsyncGenerator<AttemptLine, void, undefined> {
  try {
    for (let attempt = from; ; attempt++) for await (const line of jobs.log(id, { ...place, attempt, follow })) yield { attempt, line }
  } catch (error) {
    // There is no such attempt, or no such task yet.
    if (!isByteNiteError(error) || error.status !== 404) throw error
  }
}
