import type { JobRecord, JobState, TaskRecord } from 'bytenite-uploader/wire-jobs'
import { isRunAgain } from './job-states.js'

/** How long the tasks of a job took that have completed. Seconds. */
export interface TaskStatistics {
  count: number
  median: number
  /** 95 of 100 were not slower. */
  p95: number
  slowest: { chunk: number; seconds: number }
  /** Of all of them together. */
  running: number
  /** From the moment at which all could have started. */
  waiting: number
}

/** @returns `undefined` before a task has completed */
export function taskStatistics(job: JobRecord, tasks: Iterable<TaskRecord>): TaskStatistics | undefined {
  const ready = Date.parse(job.stateTimestamps.JOB_STATE_PARTITIONED ?? job.startedAt ?? job.createdAt)
  const durations: number[] = []
  let [running, waiting, slowest] = [0, 0, { chunk: 0, seconds: -1 }]
  for (const { state, chunk, startedAt, completedAt } of tasks) {
    if (state !== 'Completed' || startedAt === null || completedAt === null) continue
    const seconds = Math.max(0, Date.parse(completedAt) - Date.parse(startedAt)) / 1000
    durations.push(seconds)
    running += seconds
    waiting += Math.max(0, Date.parse(startedAt) - ready) / 1000
    if (seconds > slowest.seconds) slowest = { chunk, seconds }
  }
  if (durations.length === 0) return undefined
  const sorted = Float64Array.from(durations).toSorted()
  const quantile = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number
  return { count: durations.length, median: quantile(0.5), p95: quantile(0.95), slowest, running, waiting }
}

/** Where the time of a job went. */
export interface Phase {
  name: string
  seconds: number
  /** Of the job's whole time, from 0 to 1. */
  share: number
}

const PHASES = [
  ['Fetching data', 'JOB_STATE_STARTED', 'JOB_STATE_PARTITIONING'],
  ['Partitioning', 'JOB_STATE_PARTITIONING', 'JOB_STATE_PARTITIONED'],
  ['Tasks', 'JOB_STATE_PARTITIONED', 'JOB_STATE_TASKS_COMPLETED'],
  ['Assembling', 'JOB_STATE_MERGING', 'JOB_STATE_MERGED'],
  ['Saving results', 'JOB_STATE_MERGED', 'JOB_STATE_COMPLETE'],
] as const

/** Those that are over when the tasks of a job run again. */
const BEFORE_TASKS: ReadonlySet<JobState> = new Set(['JOB_STATE_STARTED', 'JOB_STATE_PARTITIONING'])

/** The phases that a job has entered since it was run, or run again. One that goes on lasts until now, or until the job failed. */
export function phasesOf(job: JobRecord): Phase[] {
  const { stateTimestamps: times, endedAt } = job
  const until = endedAt === null ? Date.now() : Date.parse(endedAt)
  const isAgain = isRunAgain(job)
  const phases = PHASES.flatMap(([name, from, to]) => {
    const start = times[from]
    if (start === undefined || (isAgain && BEFORE_TASKS.has(from))) return []
    const end = times[to] === undefined ? until : Date.parse(times[to])
    return [{ name, seconds: Math.max(0, end - Date.parse(start)) / 1000 }]
  })
  const whole = phases.reduce((sum, { seconds }) => sum + seconds, 0)
  return phases.map(({ name, seconds }) => ({ name, seconds, share: whole === 0 ? 0 : seconds / whole }))
}
