import type { JobPart, JobRecord, JobState, TaskState } from 'bytenite-uploader/wire-jobs'

/** The ten states of a job that comes to its end, in their order, and how a person would say them. */
export const STEPS: readonly (readonly [JobState, string])[] = [
  ['JOB_STATE_NEW', 'New'],
  ['JOB_STATE_STARTED', 'Started'],
  ['JOB_STATE_UPLOADING', 'Fetching data'],
  ['JOB_STATE_PARTITIONING', 'Partitioning'],
  ['JOB_STATE_PARTITIONED', 'Running tasks'],
  ['JOB_STATE_TASKS_COMPLETED', 'Tasks completed'],
  ['JOB_STATE_MERGING', 'Assembling'],
  ['JOB_STATE_MERGED', 'Assembled'],
  ['JOB_STATE_DOWNLOADING', 'Saving results'],
  ['JOB_STATE_COMPLETE', 'Complete'],
]

/** What a list of jobs tells apart. */
export type JobGroup = 'new' | 'running' | 'complete' | 'failed'

export const GROUPS: readonly JobGroup[] = ['running', 'failed', 'complete', 'new']

export function groupOf({ state }: Pick<JobRecord, 'state'>): JobGroup {
  switch (state) {
    case 'JOB_STATE_NEW':
      return 'new'
    case 'JOB_STATE_COMPLETE':
      return 'complete'
    case 'JOB_STATE_FAILED':
      return 'failed'
    default:
      return 'running'
  }
}

export function hasEnded(job: Pick<JobRecord, 'state'>): boolean {
  return ['complete', 'failed'].includes(groupOf(job))
}

/** Whether a job runs again, or has. Then it entered the states before its tasks in an earlier run, which may be long ago. */
export function isRunAgain({ stateTimestamps: { JOB_STATE_STARTED: started }, submittedAt }: JobRecord): boolean {
  return started !== undefined && submittedAt !== null && Date.parse(submittedAt) > Date.parse(started)
}

/** Where a job is, in the words of the steps. */
export function stateText({ state }: Pick<JobRecord, 'state'>): string {
  return state === 'JOB_STATE_FAILED' ? 'Failed' : (STEPS.find(([step]) => step === state)?.[1] ?? state)
}

export type TaskGroup = 'waiting' | 'running' | 'completed' | 'failed'

export const TASK_GROUPS: readonly TaskGroup[] = ['failed', 'running', 'waiting', 'completed']

export function taskGroup(state: TaskState): TaskGroup {
  switch (state) {
    case 'Running':
      return 'running'
    case 'Completed':
      return 'completed'
    case 'Failed':
      return 'failed'
    default:
      return 'waiting'
  }
}

/** What a group of tasks is called. Nothing waits any more in a job that has ended. */
export function groupText(group: TaskGroup, job: Pick<JobRecord, 'state'>): string {
  return group === 'waiting' && hasEnded(job) ? 'not finished' : group
}

/** Which revision of an app or engine a job runs; empty before it has started. */
export function partText(part: JobPart | undefined): string {
  if (part === undefined) return ''
  return part.revision === undefined ? part.tag : `${part.tag}, revision ${part.revision}`
}
