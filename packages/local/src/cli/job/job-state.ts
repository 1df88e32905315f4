import type { JobRecord } from 'bytenite-uploader/wire-jobs'

export function isComplete({ state }: JobRecord): boolean {
  return state === 'JOB_STATE_COMPLETE'
}

export function hasEnded(job: JobRecord): boolean {
  return isComplete(job) || job.state === 'JOB_STATE_FAILED'
}

/** The state as the README spells it, in small letters. */
export function stateName({ state }: JobRecord): string {
  return state.replace(/^JOB_STATE_/, '').toLowerCase()
}
