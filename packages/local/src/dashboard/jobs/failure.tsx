import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { withoutCommand } from '../../jobs/failure-text.js'
import type { EndOfLog } from '../log/shown-line.js'
import { JobLog } from './job-log.js'
import { taskPath } from './job-paths.js'
import type { FailedPart } from './failed-part.js'

export interface FailureLog extends EndOfLog {
  part: FailedPart
}

/** Tasks that are named. */
const MAX_OTHERS = 20

/** Why a job failed: in a sentence, and at the end of the log of what failed. */
export function Failure({ job, log }: { job: JobRecord; log: FailureLog | undefined }): JSX.Element {
  return (
    <section class="failure" aria-labelledby="failure-title">
      <h2 id="failure-title">{job.errorMessage.startsWith('aborted by ') ? 'Why it ended' : 'Why it failed'}</h2>
      <p class="problem">{log === undefined ? job.errorMessage : withoutCommand(job.errorMessage)}</p>
      {log !== undefined && (
        <>
          <p>
            {log.part.source.chunk === undefined ? log.part.name : <a href={taskPath(job.id, log.part.source.chunk)}>{log.part.name}</a>}
            {log.part.attempt !== undefined && `, attempt ${log.part.attempt.attempt}: ${attemptText(log.part.attempt)}. `}
            The end of its log:
          </p>
          {log.part.others.length > 0 && (
            <p>
              Also failed:{' '}
              {log.part.others.slice(0, MAX_OTHERS).map((chunk, index) => (
                <>
                  {index > 0 && ', '}
                  <a href={taskPath(job.id, chunk)}>{`task ${chunk}`}</a>
                </>
              ))}
              {log.part.others.length > MAX_OTHERS && ` and ${log.part.others.length - MAX_OTHERS} more`}
            </p>
          )}
          <JobLog id={job.id} of={log.part.name} source={log.part.source} end={log} />
        </>
      )}
    </section>
  )
}

function attemptText({ state, exitCode, signal, reason }: NonNullable<FailedPart['attempt']>): string {
  if (reason !== '') return reason.replace(/\.$/, '')
  if (signal !== null) return `${state} (${signal})`
  return exitCode === null ? state : `${state} with exit code ${exitCode}`
}
