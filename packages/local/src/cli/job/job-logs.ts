import type { JobsApi } from 'bytenite-uploader'
import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import { attemptLines, followLog, type AttemptLine, type LogPlace } from './follow-log.js'
import { hasEnded } from './job-state.js'
import { isPassthrough } from './progress.js'
import { JobWatch } from './watch.js'

/** A line of one of a job's logs. */
export interface PlacedLine extends AttemptLine {
  place: LogPlace
}

/** The lines of all logs of a job: of the partitioner, of the tasks in their order, and of the assembler. */
export async function* readLogs(jobs: JobsApi, job: JobRecord): AsyncGenerator<PlacedLine, void, undefined> {
  const { parts, id } = job
  if (!isPassthrough(parts?.partitioner)) yield* readPlace(jobs, id, { part: 'partitioner' })
  yield* readTasks(jobs, id, 0)
  if (!isPassthrough(parts?.assembler)) yield* readPlace(jobs, id, { part: 'assembler' })
}

/**
 * The same, as the lines come, until the job has ended. Tasks run at the same time: what the next one prints comes when the one before
 * has ended.
 */
export async function* followLogs(jobs: JobsApi, job: JobRecord): AsyncGenerator<PlacedLine, void, undefined> {
  const watch = watchQuietly(jobs, job)
  const follow = (place: LogPlace, isOver?: () => boolean): AsyncIterable<PlacedLine> =>
    placed(place, followLog(jobs, watch, place, isOver && { isOver }))
  await watch.until(({ state }) => state !== 'JOB_STATE_NEW')
  if (!isPassthrough(watch.job.parts?.partitioner)) yield* follow({ part: 'partitioner' }, () => isCut(watch.job))
  await watch.until(isCut)
  let chunk = 0
  while (chunk < watch.job.numChunks && !hasEnded(watch.job)) yield* followTask(jobs, watch, chunk++)
  // Some of the others may never have started.
  yield* readTasks(jobs, job.id, chunk)
  if (!isPassthrough(watch.job.parts?.assembler)) yield* follow({ part: 'assembler' })
}

/** The lines of a task's log; with `follow`, as they come, until no other attempt comes. */
export async function* readTaskLog(
  jobs: JobsApi,
  job: JobRecord,
  chunk: number,
  follow: boolean,
): AsyncGenerator<PlacedLine, void, undefined> {
  if (!follow) {
    // For an error that says whether there is such a task.
    await jobs.task(job.id, chunk)
    yield* readPlace(jobs, job.id, { part: 'app', chunk })
    return
  }
  const watch = watchQuietly(jobs, job)
  await watch.until(isCut)
  await jobs.task(job.id, chunk)
  yield* followTask(jobs, watch, chunk)
}

async function* readTasks(jobs: JobsApi, id: string, first: number): AsyncGenerator<PlacedLine, void, undefined> {
  for await (const { chunk, attempts } of jobs.tasks(id)) {
    if (chunk >= first && attempts > 0) yield* readPlace(jobs, id, { part: 'app', chunk })
  }
}

function readPlace(jobs: JobsApi, id: string, place: LogPlace): AsyncIterable<PlacedLine> {
  return placed(place, attemptLines(jobs, id, place))
}

function followTask(jobs: JobsApi, watch: JobWatch, chunk: number): AsyncIterable<PlacedLine> {
  const place: LogPlace = { part: 'app', chunk }
  const isOver = async (): Promise<boolean> =>
    hasEnded(watch.job) || ['Completed', 'Failed'].includes((await jobs.task(watch.job.id, chunk)).task.state)
  return placed(place, followLog(jobs, watch, place, { isOver }))
}

/** Whoever waits for a change is told if the job cannot be watched any more. */
function watchQuietly(jobs: JobsApi, job: JobRecord): JobWatch {
  const watch = new JobWatch(jobs, job, () => {})
  watch.ended.catch(() => {})
  return watch
}

/** Whether it is known how many tasks a job has. */
function isCut(job: JobRecord): boolean {
  return job.numChunks > 0 || hasEnded(job)
}

async function* placed(place: LogPlace, lines: AsyncIterable<AttemptLine>): AsyncGenerator<PlacedLine, void, undefined> {
  for await (const line of lines) yield { place, ...line }
}
