import { existsSync } from 'node:fs'
import { Refusal } from '../../refusal.js'
import type { JobParams } from 'bytenite-uploader/wire-jobs'
import type { Job } from '../kept/job.js'
import { pinnedRecord } from '../services/parts.js'
import type { Services } from '../services/services.js'
import { backInState, PARTS } from '../kept/stored-job.js'

/**
 * Puts a job that has ended back into the state in which its tasks run; one that has no tasks yet, back to its start.
 * @param params in place of the job's
 * @throws {Refusal} 400 for a task that does not exist, 409 if what it needs was removed
 */
export function prepareRerun(
  job: Job,
  which: 'all' | 'failed' | readonly number[],
  params: JobParams | undefined,
  { store }: Services,
): void {
  const { stored, tasks } = job
  const { record } = stored
  for (const part of PARTS) {
    const pinned = record.parts?.[part]
    if (pinned?.revision !== undefined && pinnedRecord(store, part, pinned) === undefined) {
      throw new Refusal(409, `revision ${pinned.revision} of ${pinned.tag} was removed, so job ${record.id} cannot run again`)
    }
  }
  const hasTasks = record.numChunks > 0
  if (hasTasks && !existsSync(job.folder.chunks)) throw new Refusal(409, `the data of job ${record.id} was removed, so it cannot run again`)
  const chunks = chosen(which, record.numChunks, [...tasks.in('Failed', 'Scheduled')])
  // First, so that what is of this round is not earlier.
  const now = new Date()
  const back = backInState({ ...stored, counts: undefined }, hasTasks ? 'JOB_STATE_PARTITIONED' : 'JOB_STATE_STARTED')
  job.update({
    ...back,
    again: hasTasks ? chunks : undefined,
    clock: { from: now.getTime(), paused: 0 },
    record: { ...back.record, submittedAt: now.toISOString(), ...(params !== undefined && { params }) },
  })
}

function chosen(which: 'all' | 'failed' | readonly number[], size: number, failed: number[]): 'all' | readonly number[] {
  if (which === 'all') return 'all'
  if (which === 'failed') return failed
  const unknown = which.filter((chunk) => !Number.isInteger(chunk) || chunk < 0 || chunk >= size)
  if (unknown.length > 0) throw new Refusal(400, `there is no task ${unknown.join(', ')}`)
  return [...new Set([...which, ...failed])]
}
