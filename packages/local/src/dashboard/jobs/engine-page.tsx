import type { AttemptRecord, JobRecord } from 'bytenite-uploader/wire-jobs'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { EndOfLog } from '../log/shown-line.js'
import { Page } from '../page/frame.js'
import { Twin } from '../page/twin.js'
import { Attempts } from './attempts.js'
import { AttemptLog } from './job-log.js'
import { enginePath, jobPath } from './job-paths.js'
import { partText } from './job-states.js'

interface EnginePageProps {
  job: JobRecord
  part: 'partitioner' | 'assembler'
  attempts: readonly AttemptRecord[]
  /** The attempt whose log is shown; absent before there is one. */
  attempt: number | undefined
  log: EndOfLog
  formToken: string
}

/** The partitioner or the assembler of a job: its attempts, and its log. */
export function EnginePage({ job, part, attempts, attempt, log, formToken }: EnginePageProps): JSX.Element {
  const source = { part, ...(attempt !== undefined && { attempt }) }
  return (
    <Page title={`The ${part} of ${job.name}`} section="/jobs" formToken={formToken} about={`job ${job.id}`}>
      <nav class="crumbs" aria-label="Where this is">
        <a href="/jobs">Jobs</a> › <a href={jobPath(job.id)}>{job.name}</a>
      </nav>
      <h1>{part === 'partitioner' ? 'Partitioner' : 'Assembler'}</h1>
      <p>{partText(job.parts?.[part])}</p>
      <div id="attempts" data-live>
        <Attempts path={enginePath(job.id, part)} attempts={attempts} shown={attempt} />
      </div>
      <div id="engine-log" data-live={`attempt ${attempt ?? 'none'}`}>
        <AttemptLog id={job.id} of={`the ${part}`} source={source} end={log} attempt={attempt} none={`The ${part} has not started yet.`} />
      </div>
      <Twin command={`logs ${job.id}`} call={`GET /customer/jobs/${job.id}/log?part=${part}`} />
    </Page>
  )
}
