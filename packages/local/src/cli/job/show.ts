import type { JobsApi } from 'bytenite-uploader'
import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import { followLog } from './follow-log.js'
import { hasEnded } from './job-state.js'
import { JobProgress, partsText } from './progress.js'
import type { Screen } from './screen.js'
import { JobWatch } from './watch.js'

/** The chunk of the task whose log is shown. */
const ONLY = 0

/**
 * Shows a job that has started until it has ended: how far it is, and what its task prints if there is just one.
 * @param after number of the last attempt of that task before
 * @returns the job at its end
 */
export async function showJob(jobs: JobsApi, job: JobRecord, screen: Screen, after = 0): Promise<JobRecord> {
  screen.say(`Running ${partsText(job)} as job ${job.id}`)
  const progress = new JobProgress(screen)
  const watch = new JobWatch(jobs, job, (changed) => progress.update(changed))
  try {
    const [ended] = await Promise.all([watch.ended, showOnlyTask(jobs, watch, screen, after)])
    return ended
  } finally {
    progress.stop()
  }
}

async function showOnlyTask(jobs: JobsApi, watch: JobWatch, screen: Screen, after: number): Promise<void> {
  await watch.until((job) => job.numChunks > 0 || hasEnded(job))
  if (watch.job.numChunks !== 1) return
  let shown = after + 1
  let reason = ''
  for await (const { attempt, line } of followLog(jobs, watch, { part: 'app', chunk: ONLY }, { after })) {
    if (attempt !== shown) screen.warn(`Trying again, because attempt ${shown} failed: ${reason}`)
    shown = attempt
    if (line.level === 'UNKNOWN') screen.output(line.log)
    else if (line.level === 'WARN') screen.warn(line.log)
    // That of the last attempt is part of the job's message.
    else if (line.level === 'ERROR') reason = line.log
  }
}
