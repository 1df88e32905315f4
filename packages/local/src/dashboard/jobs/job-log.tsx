import type { JSX } from 'hono/jsx/jsx-runtime'
import type { LogSource } from '../../jobs/jobs.js'
import { LogView } from '../log/log-view.js'
import type { EndOfLog } from '../log/shown-line.js'
import { logDownload, logPath } from './job-paths.js'

interface JobLogProps {
  /** Of the job. */
  id: string
  /** Whose log, such as `task 3`. */
  of: string
  source: LogSource
  end: EndOfLog
}

/** The log of a task, of the partitioner or of the assembler. */
export function JobLog({ id, of, source, end }: JobLogProps): JSX.Element {
  return (
    <LogView label={`Log of ${of}`} source={logPath(id, source)} download={logDownload(id, source)} lines={end.lines} isCut={end.isCut} />
  )
}

interface AttemptLogProps extends JobLogProps {
  /** Absent before there is one. */
  attempt: number | undefined
  /** What is said then. */
  none: string
}

/** The log of one attempt, under a title. */
export function AttemptLog({ attempt, none, of, ...log }: AttemptLogProps): JSX.Element {
  if (attempt === undefined) {
    return (
      <>
        <h2 id="log-title">Log</h2>
        <p class="none">{none}</p>
      </>
    )
  }
  return (
    <>
      <h2 id="log-title">{`Log of attempt ${attempt}`}</h2>
      <JobLog of={`${of}, attempt ${attempt}`} {...log} />
    </>
  )
}
