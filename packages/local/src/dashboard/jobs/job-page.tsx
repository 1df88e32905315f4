import type { JobRecord, TaskRecord } from 'bytenite-uploader/wire-jobs'
import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { jobDuration } from '../../jobs/job-duration.js'
import type { StoredFile } from '../../jobs/jobs.js'
import { Badge } from '../page/badge.js'
import { Page } from '../page/frame.js'
import { Action, Copyable, countText, Facts, Size, Time } from '../page/parts.js'
import { shownAddress, shownJson } from '../page/shown-json.js'
import { Twin } from '../page/twin.js'
import { Failure, type FailureLog } from './failure.js'
import { enginePath, jobPath, resultPath } from './job-paths.js'
import { groupOf, hasEnded, partText, stateText } from './job-states.js'
import { phasesOf, taskStatistics } from './statistics.js'
import { Statistics } from './statistics-view.js'
import { Steps } from './steps.js'
import { TaskGrid } from './task-grid.js'
import { TaskTable, type TaskQuery } from './task-table.js'
import { Timeline } from './timeline.js'
import { timelineOf } from './timeline-data.js'

interface JobPageProps {
  job: JobRecord
  tasks: readonly TaskRecord[]
  taskQuery: TaskQuery
  /** Absent before the job is complete. */
  results: readonly StoredFile[] | undefined
  failure: FailureLog | undefined
  formToken: string
}

export function JobPage({ job, tasks, taskQuery, results, failure, formToken }: JobPageProps): JSX.Element {
  const timeline = timelineOf(job, tasks)
  return (
    <Page title={`Job ${job.name}`} section="/jobs" formToken={formToken} about={`job ${job.id}`}>
      <div id="job-head" data-live>
        <div class="title">
          <h1>{job.name}</h1>
          <Badge state={groupOf(job)}>{stateText(job)}</Badge>
        </div>
        <Copyable text={job.id} label="Copy the ID" />
        {job.waitsFor !== undefined && <p class="waits">Waiting: {job.waitsFor}</p>}
        <Actions job={job} formToken={formToken} hasFailed={tasks.some(({ state }) => state === 'Failed')} />
      </div>
      <div id="job-failure" data-live={failureKey(job, failure)}>
        {job.state === 'JOB_STATE_FAILED' && <Failure job={job} log={failure} />}
      </div>
      <div id="job-body" data-live>
        {results !== undefined && <Results id={job.id} results={results} />}
        <section aria-labelledby="states-title">
          <h2 id="states-title">States</h2>
          <Steps job={job} />
        </section>
        {tasks.length > 0 && (
          <section aria-labelledby="fan-out-title">
            <h2 id="fan-out-title">{countText(tasks.length, 'task')}</h2>
            <TaskGrid job={job} tasks={tasks} />
          </section>
        )}
        {timeline !== undefined && (
          <section aria-labelledby="time-title">
            <h2 id="time-title">Time</h2>
            <Timeline timeline={timeline} />
            <Statistics id={job.id} statistics={taskStatistics(job, tasks)} phases={phasesOf(job)} />
          </section>
        )}
        {tasks.length > 0 && (
          <section id="tasks" aria-labelledby="tasks-title">
            <h2 id="tasks-title">Tasks</h2>
            <TaskTable job={job} tasks={tasks} query={taskQuery} />
          </section>
        )}
        <section aria-labelledby="about-title">
          <h2 id="about-title">What runs</h2>
          <About job={job} />
        </section>
      </div>
      <Twin command={`job ${job.id}`} call={`GET /customer/jobs/${job.id}`} />
      <details class="twin">
        <summary>A report to attach to something</summary>
        <Copyable text={`npx bytenite-local report ${job.id} -o report.html`} label="Copy the command for a report" />
      </details>
    </Page>
  )
}

function Actions({ job, formToken, hasFailed }: { job: JobRecord; formToken: string; hasFailed: boolean }): JSX.Element {
  const path = jobPath(job.id)
  const isNew = job.state === 'JOB_STATE_NEW'
  return (
    <div class="actions">
      {isNew && (
        <Action action={`${path}/run`} formToken={formToken}>
          Run
        </Action>
      )}
      {!hasEnded(job) && !isNew && (
        <Action action={`${path}/abort`} formToken={formToken} confirm={`Abort the job "${job.name}"? Its tasks end at once.`} isDanger>
          Abort
        </Action>
      )}
      {hasEnded(job) && hasFailed && (
        <Action action={`${path}/rerun`} formToken={formToken} fields={{ tasks: 'failed' }}>
          Run unfinished tasks again
        </Action>
      )}
      {hasEnded(job) && (
        <Action action={`${path}/rerun`} formToken={formToken} fields={{ tasks: 'all' }}>
          Run all again
        </Action>
      )}
      {hasEnded(job) && job.numChunks > 0 && (
        <a class="button" href={`${path}/rerun`}>
          Run again with other parameters
        </a>
      )}
      <a class="button" href={`/jobs/new?from=${job.id}`}>
        Duplicate
      </a>
      {(hasEnded(job) || isNew) && (
        <Action
          action={`${path}/delete`}
          formToken={formToken}
          confirm={`Delete the job "${job.name}" with its results and logs? They cannot be brought back.`}
          isDanger
        >
          Delete
        </Action>
      )}
    </div>
  )
}

function Results({ id, results }: { id: string; results: readonly StoredFile[] }): JSX.Element {
  return (
    <section id="results" aria-labelledby="results-title">
      <h2 id="results-title">Results</h2>
      {results.length === 0 && <p class="none">The job wrote no files.</p>}
      <ul class="files">
        {results.map(({ name, size }) => (
          <li>
            <a href={resultPath(id, name, 'view')}>{name}</a> <Size bytes={size} />{' '}
            <a href={resultPath(id, name, 'raw')} download={name.split('/').at(-1)} aria-label={`Download ${name}`}>
              Download
            </a>
          </li>
        ))}
      </ul>
      {results.length > 1 && (
        <p>
          <a class="button" href={`${jobPath(id)}/results.tar`} download>
            Download all as a tar
          </a>
        </p>
      )}
      <Twin command={`job ${id} --out results`} call={`GET /customer/jobs/${id}/results`} />
    </section>
  )
}

function About({ job }: { job: JobRecord }): JSX.Element {
  const { templateId, description, config, dataSource, params } = job
  return (
    <>
      <Facts
        rows={[
          ['Description', description],
          ['Template', templateId],
          ['Partitioner', engineLink(job, 'partitioner')],
          ['App', appLink(job)],
          ['Assembler', engineLink(job, 'assembler')],
          ['Data', dataSource === null ? '' : `${dataSource.dataSourceDescriptor} ${shownAddress(dataSource.params?.['url'])}`],
          ['Created', <Time at={job.createdAt} />],
          ['Duration', jobDuration(job) || '–'],
          ['Limit for a task', config.taskTimeout ? `${config.taskTimeout} s` : ''],
          ['Limit for the job', config.jobTimeout ? `${config.jobTimeout} s` : ''],
          ['Retries of a task', config.maxTaskRetries ? String(config.maxTaskRetries) : ''],
        ]}
      />
      <h3>Parameters</h3>
      <pre tabindex={0} aria-label="Parameters">
        {shownJson(params)}
      </pre>
    </>
  )
}

/** An engine that has run has a page with its log. */
function engineLink({ id, parts }: JobRecord, part: 'partitioner' | 'assembler'): Child {
  const text = partText(parts?.[part])
  return parts?.[part].revision === undefined ? text : <a href={enginePath(id, part)}>{text}</a>
}

function appLink({ parts }: JobRecord): Child {
  const text = partText(parts?.app)
  return parts === undefined ? text : <a href={`/apps/${encodeURIComponent(parts.app.tag)}`}>{text}</a>
}

/** What of a failure is in the page, besides what a script adds to its log. */
function failureKey({ state, endedAt }: JobRecord, failure: FailureLog | undefined): string {
  return [state === 'JOB_STATE_FAILED' ? endedAt : 'none', failure?.part.name, failure?.part.attempt?.attempt].join(' ')
}
