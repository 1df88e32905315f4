import type { JobRecord, JobState, TaskCounts } from 'bytenite-uploader/wire-jobs'

/** What is kept of a job in its `job.json`. */
export interface StoredJob {
  /** Without what is added to each answer. */
  record: Omit<JobRecord, 'tasks' | 'waitsFor'>
  tags: PartTags
  /** For a source that needs it; never part of an answer. */
  login?: Login | undefined
  /** The file of a source `file`. */
  upload?: Upload | undefined
  /** Set at the end. */
  counts?: TaskCounts | undefined
  /** Set when the job starts. */
  clock?: Clock | undefined
  /** Tasks that are to run again, and are not marked so yet. */
  again?: 'all' | readonly number[] | undefined
}

export const PARTS = ['partitioner', 'app', 'assembler'] as const

export type Part = (typeof PARTS)[number]

export type PartTags = Record<Part, string>

export interface Login {
  username: string
  password: string
}

export interface Upload {
  /** In the job's folder. */
  directory: string
  name: string
  isConfirmed: boolean
}

/** Measures how long a job has run. Milliseconds. */
interface Clock {
  /** Since 1970: when it started, or was run again. */
  from: number
  /** For how long no platform ran meanwhile. */
  paused: number
}

const STATES: readonly JobState[] = [
  'JOB_STATE_NEW',
  'JOB_STATE_STARTED',
  'JOB_STATE_UPLOADING',
  'JOB_STATE_PARTITIONING',
  'JOB_STATE_PARTITIONED',
  'JOB_STATE_TASKS_COMPLETED',
  'JOB_STATE_MERGING',
  'JOB_STATE_MERGED',
  'JOB_STATE_DOWNLOADING',
  'JOB_STATE_COMPLETE',
  'JOB_STATE_FAILED',
]

export const ENDS: ReadonlySet<JobState> = new Set(['JOB_STATE_COMPLETE', 'JOB_STATE_FAILED'])

export function hasEnded({ record: { state } }: StoredJob): boolean {
  return ENDS.has(state)
}

/** Whether it has started and not ended. */
export function isUnderWay(job: StoredJob): boolean {
  return job.record.state !== 'JOB_STATE_NEW' && !hasEnded(job)
}

/** The job in another state, which it enters now. */
export function inState(job: StoredJob, state: JobState, now: string = new Date().toISOString()): StoredJob {
  const { record } = job
  return { ...job, record: { ...record, state, stateTimestamps: { ...record.stateTimestamps, [state]: now } } }
}

/** The job in an earlier state, as if it had not come further. */
export function backInState(job: StoredJob, state: JobState): StoredJob {
  const kept = new Set<string>(STATES.slice(0, STATES.indexOf(state)))
  const stateTimestamps = Object.fromEntries(Object.entries(job.record.stateTimestamps).filter(([passed]) => kept.has(passed)))
  return inState({ ...job, record: { ...job.record, stateTimestamps, endedAt: null, duration: 0, errorMessage: '' } }, state)
}

/** The job at its end. @param errorMessage empty if it is complete */
export function ended(job: StoredJob, errorMessage: string, counts: TaskCounts | undefined): StoredJob {
  const endedAt = new Date().toISOString()
  const next = inState(job, errorMessage === '' ? 'JOB_STATE_COMPLETE' : 'JOB_STATE_FAILED', endedAt)
  const { submittedAt } = next.record
  const duration = submittedAt === null ? 0 : Math.max(0, (Date.parse(endedAt) - Date.parse(submittedAt)) / 1000)
  return { ...next, counts, record: { ...next.record, errorMessage, endedAt, duration } }
}
