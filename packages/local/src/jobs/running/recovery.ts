import { readdir } from 'node:fs/promises'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { batchOfDirectory } from '../../runners/attempt-directory.js'
import { removeTree } from '../../utils/remove-tree.js'
import { AttemptLog } from '../logs/attempt-log.js'
import type { Job } from '../kept/job.js'
import { leftBatches, type LeftBatch } from '../kept/left-batches.js'
import { noteEnd } from '../kept/replay.js'
import { batchId } from './part-run.js'
import type { Services } from '../services/services.js'
import { isUnderWay, type Part } from '../kept/stored-job.js'

/**
 * Ends what an earlier run of the platform has left running, and removes what it was writing. What a place runs on that survives
 * the platform stays, if its job is to go on with it.
 * @param jobs that are under way
 * @returns what stays of each job
 */
export async function recoverPlace(services: Services, jobs: Iterable<Job>, leftovers: readonly string[]): Promise<Map<Job, LeftBatch[]>> {
  const { runner, work, staging } = services
  const there = new Set(await runner.list())
  const kept = new Map<string, Job>()
  const left = new Map<Job, LeftBatch[]>()
  for (const job of runner.survivesRestart ? jobs : []) {
    const usable = leftBatches(job.journal.entries()).filter(
      ({ part, number }) => goesOnWith(job, part) && there.has(batchId(job, part, number)),
    )
    left.set(job, usable)
    for (const { part, number } of usable) kept.set(batchId(job, part, number), job)
  }
  for (const id of there) {
    if (kept.has(id)) continue
    await runner.cancel(id)
    await runner.purge(id)
  }
  for (const name of await readdir(work)) if (!kept.has(batchOfDirectory(name))) await removeTree(join(work, name))
  for (const name of leftovers) await removeTree(join(staging, name))
  return left
}

/** Whether a job that goes on from its state on disk needs what attempts of this part leave. */
function goesOnWith(job: Job, part: Part): boolean {
  switch (job.state) {
    case 'JOB_STATE_PARTITIONING':
      return part === 'partitioner' && !existsSync(job.folder.chunks)
    case 'JOB_STATE_PARTITIONED':
      return part === 'app' && job.tasks.counts.failed === 0
    case 'JOB_STATE_MERGING':
      return part === 'assembler' && !existsSync(job.folder.output)
    default:
      return false
  }
}

/** Marks the attempts of a job as interrupted that ran when the platform was killed, and do not go on. @param left what goes on */
export async function recoverJob(job: Job, logLimit: number, left: readonly LeftBatch[]): Promise<void> {
  const { journal, history, folder, stored } = job
  const lastSign = Math.max(timeOf(join(folder.directory, 'job.json')), timeOf(folder.journal))
  const goOn = new Set(left.flatMap(({ owners, left: { open } }) => open.map((index) => owners[index])))
  for (const [owner, attempt] of history.open) {
    if (goOn.has(owner)) continue
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
