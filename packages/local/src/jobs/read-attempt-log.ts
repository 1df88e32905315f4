import type { LogLine } from 'bytenite-uploader/wire-jobs'
import { Refusal } from '../refusal.js'
import type { Job } from './job.js'
import type { AttemptOwner } from './journal.js'
import { readLog } from './read-log.js'

/**
 * The lines of an attempt's log.
 * @param attempt the last one if `undefined`
 * @param follow goes on while the attempt runs, until this aborts
 */
export async function* readAttemptLog(
  job: Job,
  owner: AttemptOwner,
  attempt: number | undefined,
  follow: AbortSignal | undefined,
): AsyncGenerator<LogLine, void, undefined> {
  const { tasks, attempts } = job.history
  const last = typeof owner === 'number' ? tasks.attempts(owner) : attempts[owner]
  const number = attempt ?? last
  if (number > last || number < 0) throw new Refusal(404, `there is no attempt ${number}`)
  const writing = job.openLogs.get(owner)
  const log = writing?.attempt === number ? writing.log : undefined
  const waitForMore = follow && log && ((size: number) => log.waitForMore(size, follow))
  yield* readLog(job.folder.log(owner, number), waitForMore)
}
