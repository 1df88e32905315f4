import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { LogSource, TaskDetail } from '../../jobs/jobs.js'
import type { EndOfLog } from '../log/shown-line.js'
import { Badge } from '../page/badge.js'
import { Page } from '../page/frame.js'
import { durationText } from '../../utils/duration-text.js'
import { Action, Facts, Size } from '../page/parts.js'
import { shownJson } from '../page/shown-json.js'
import { Twin } from '../page/twin.js'
import { Attempts } from './attempts.js'
import { AttemptLog } from './job-log.js'
import { jobPath, taskFilePath, taskPath } from './job-paths.js'
import { groupText, hasEnded, taskGroup } from './job-states.js'
import { taskDuration } from './task-table.js'

interface TaskPageProps {
  job: JobRecord
  detail: TaskDetail
  /** The attempt whose log is shown; absent before there is one. */
  attempt: number | undefined
  log: EndOfLog
  /** Names only: their values may be secret. */
  variables: readonly string[]
  formToken: string
}

export function TaskPage({ job, detail, attempt, log, variables, formToken }: TaskPageProps): JSX.Element {
  const { task, attempts, input, results } = detail
  const { chunk } = task
  const source: LogSource = { part: 'app', chunk, ...(attempt !== undefined && { attempt }) }
  return (
    <Page title={`Task ${chunk} of ${job.name}`} section="/jobs" formToken={formToken} about={`job ${job.id}`}>
      <nav class="crumbs" aria-label="Where this is">
        <a href="/jobs">Jobs</a> › <a href={jobPath(job.id)}>{job.name}</a>
      </nav>
      <div id="task-head" data-live>
        <div class="title">
          <h1>{`Task ${chunk}`}</h1>
          <Badge state={taskGroup(task.state)}>{groupText(taskGroup(task.state), job)}</Badge>
        </div>
        <div class="actions">
          {chunk > 0 && (
            <a class="button" href={taskPath(job.id, chunk - 1)}>
              ‹ Task {chunk - 1}
            </a>
          )}
          {chunk + 1 < job.numChunks && (
            <a class="button" href={taskPath(job.id, chunk + 1)}>
              Task {chunk + 1} ›
            </a>
          )}
          {hasEnded(job) && (
            <Action action={`${jobPath(job.id)}/rerun`} formToken={formToken} fields={{ tasks: String(chunk) }}>
              Run this task again
            </Action>
          )}
        </div>
        <Attempts path={taskPath(job.id, chunk)} attempts={attempts} shown={attempt} />
      </div>
      {/* A script shows what is written meanwhile, so that only another attempt needs another log. */}
      <section id="task-log" data-live={`attempt ${attempt ?? 'none'}`} aria-labelledby="log-title">
        <AttemptLog
          id={job.id}
          of={`task ${chunk}`}
          source={source}
          end={log}
          attempt={attempt}
          none={hasEnded(job) ? 'The task did not run.' : 'The task has not started yet.'}
        />
      </section>
      <section id="task-files" data-live aria-labelledby="files-title">
        <h2 id="files-title">Files</h2>
        <ul class="files">
          <File label="The task's chunk" id={job.id} chunk={chunk} size={input.size} />
          {results.map(({ name, size }) => (
            <File label={name} name={name} id={job.id} chunk={chunk} size={size} />
          ))}
        </ul>
      </section>
      <section aria-labelledby="environment-title">
        <h2 id="environment-title">Environment</h2>
        <Facts
          rows={[
            ['Variables', variables.join(', ')],
            ['Waits for', taskGroup(task.state) === 'waiting' ? (job.waitsFor ?? '') : ''],
            ['Waited', waitText(job, task)],
            ['Ran for', taskDuration(task)],
          ]}
        />
        <h3>Parameters</h3>
        <pre tabindex={0} aria-label="Parameters">
          {shownJson(job.params.app ?? {})}
        </pre>
      </section>
      <Twin command={`logs ${job.id} --task ${chunk}`} call={`GET /customer/jobs/${job.id}/tasks/${chunk}`} />
    </Page>
  )
}

function File(props: { label: string; name?: string; id: string; chunk: number; size: number }): JSX.Element {
  const { label, name, id, chunk, size } = props
  return (
    <li>
      <a href={taskFilePath(id, chunk, name, 'view')}>{label}</a> <Size bytes={size} />{' '}
      <a
        href={taskFilePath(id, chunk, name, 'raw')}
        download={name?.split('/').at(-1) ?? `chunk-${chunk}`}
        aria-label={`Download ${label}`}
      >
        Download
      </a>
    </li>
  )
}

/** From when all tasks could start until this one did, in the last round. */
function waitText({ stateTimestamps, submittedAt }: JobRecord, { startedAt }: TaskDetail['task']): string {
  const ready = stateTimestamps.JOB_STATE_PARTITIONED
  if (ready === undefined || startedAt === null || startedAt < (submittedAt ?? '')) return ''
  return durationText(Math.max(0, Date.parse(startedAt) - Date.parse(ready)) / 1000)
}
