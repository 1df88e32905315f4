import type { LogLine } from 'bytenite-uploader/wire-jobs'
import { Refusal } from '../../refusal.js'
import type { Job } from './job.js'
import type { AttemptOwner } from './journal.js'
import type { LogOptions } from '../jobs.js'
import { readLog } from '../logs/read-log.js'

/**
 * The lines of an attempt's log, as many at once as there are.
 * @param attempt the last one if `undefined`
 * @throws {Refusal} 404 for an attempt that does not exist; at once, because nothing can be refused any more when lines are sent
 */
export function readAttemptLog(
  job: Job,
  owner: AttemptOwner,
  attempt: number | undefined,
  { follow, last: fromEnd }: LogOptions,
): AsyncGenerator<LogLine[], void, undefined> {
  const { tasks, attempts } = job.history
  const last = typeof owner === 'number' ? tasks.attempts(owner) : attempts[owner]
  if (attempt !== undefined && !(Number.isInteger(attempt) && attempt >= 1 && attempt <= last)) {
    throw new Refusal(404, Number.isInteger(attempt) ? `there is no attempt ${attempt}` : 'there is no such attempt')
  }
  const number = attempt ?? last
  const writing = job.openLogs.get(owner)
  const log = writing?.attempt === number ? writing.log : undefined
  const waitForMore = follow && log && ((size: number) => log.waitForMore(size, follow))
  return readLog(job.folder.log(owner, number), { opened: log?.opened, waitForMore, last: fromEnd })
}
