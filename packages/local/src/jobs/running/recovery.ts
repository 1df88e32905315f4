import { readdir } from 'node:fs/promises'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { removeTree } from '../../utils/remove-tree.js'
import { AttemptLog } from '../logs/attempt-log.js'
import type { Job } from '../kept/job.js'
import { noteEnd } from '../kept/replay.js'
import type { Services } from '../services/services.js'
import { isUnderWay } from '../kept/stored-job.js'

/** Ends what an earlier run of the platform has left running, and removes what it was writing. */
export async function recoverPlace({ runner, work, staging }: Services, leftovers: readonly string[]): Promise<void> {
  for (const batchId of await runner.list()) {
    await runner.cancel(batchId)
    await runner.purge(batchId)
  }
  for (const name of await readdir(work)) await removeTree(join(work, name))
  for (const name of leftovers) await removeTree(join(staging, name))
}

/** Marks the attempts of a job as interrupted that ran when the platform was killed. */
export async function recoverJob(job: Job, logLimit: number): Promise<void> {
  const { journal, history, folder, stored } = job
  const lastSign = Math.max(timeOf(join(folder.directory, 'job.json')), timeOf(folder.journal))
  for (const [owner, attempt] of history.open) {
    const reason = 'the platform ended in the middle of it'
    const log = new AttemptLog(folder.log(owner, attempt), logLimit)
    await log.open()
    log.add('WARN', `interrupted: ${reason}. It will run again`)
    log.close()
    const end = { c: owner, a: attempt, at: Date.now(), end: 'interrupted', reason } as const
    journal.append(end)
    noteEnd(history, end)
  }
  const { clock } = stored
  if (!isUnderWay(stored) || clock === undefined) return
  job.update({ ...stored, clock: { ...clock, paused: clock.paused + Math.max(0, Date.now() - lastSign) } })
}

/** Milliseconds since 1970 at which a file was last written; 0 if there is none. */
function timeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
