import type { Jobs, LogSource } from '../../jobs/jobs.js'
import { lastLines, type EndOfLog } from '../log/shown-line.js'

/** Lines of a log that a page has before a script fetches all. */
const LINES = 200

/** The last lines of an attempt's log; none if there is no attempt. */
export async function endOfLog(jobs: Jobs, id: string, source: LogSource | undefined): Promise<EndOfLog> {
  if (source === undefined) return { lines: [], isCut: false }
  // One more, which tells whether there are others before.
  return lastLines(jobs.log(id, source, { last: LINES + 1 }), LINES)
}
