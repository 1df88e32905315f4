import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { jobDuration } from '../../jobs/job-duration.js'
import { withoutCommand } from '../../jobs/failure-text.js'
import { Badge } from '../page/badge.js'
import { Page } from '../page/frame.js'
import { Pages } from '../page/pages.js'
import { Empty, Time } from '../page/parts.js'
import { Table } from '../page/table.js'
import { Twin } from '../page/twin.js'
import { appOf, HOURS, jobsPath, type FoundJobs, type JobQuery } from './job-query.js'
import { GROUPS, groupOf, stateText } from './job-states.js'

interface JobListProps extends FoundJobs {
  query: JobQuery
  formToken: string
}

export function JobListPage({ query, formToken, ...found }: JobListProps): JSX.Element {
  return (
    <Page title="Jobs" section="/jobs" formToken={formToken} about="jobs">
      <div class="title">
        <h1>Jobs</h1>
        <a class="button" href="/jobs/new">
          New job
        </a>
      </div>
      <Filters query={query} />
      <div id="jobs" data-live>
        <States query={query} {...found} />
        {found.jobs.length === 0 ? <NoJobs query={query} /> : <JobTable jobs={found.jobs} />}
        <Pages page={query.page} pages={found.pages} total={found.total} of="job" pathOf={(page) => jobsPath({ ...query, page })} />
      </div>
      <Twin {...twinOf(query)} />
    </Page>
  )
}

function Filters({ query }: { query: JobQuery }): JSX.Element {
  return (
    <form class="filters" role="search" aria-label="Filter the jobs" method="get" action="/jobs">
      {query.state !== undefined && <input type="hidden" name="state" value={query.state} />}
      <label>
        Text <input type="search" name="text" value={query.text} placeholder="name, ID or error" />
      </label>
      <label>
        App <input type="search" name="app" value={query.app} placeholder="such as hello" />
      </label>
      <label>
        Created in{' '}
        <select name="hours">
          <option value="">all time</option>
          {HOURS.map(([hours, name]) => (
            <option value={String(hours)} selected={hours === query.hours}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <button>Filter</button>
    </form>
  )
}

function States({ query, counts }: JobListProps | (FoundJobs & { query: JobQuery })): JSX.Element {
  const all = GROUPS.reduce((sum, group) => sum + counts[group], 0)
  return (
    <nav class="tabs" aria-label="State">
      <a href={jobsPath({ ...query, state: undefined, page: 1 })} aria-current={query.state === undefined ? 'page' : undefined}>
        All <small>{all}</small>
      </a>
      {GROUPS.map((group) => (
        <a href={jobsPath({ ...query, state: group, page: 1 })} aria-current={query.state === group ? 'page' : undefined}>
          <Badge state={group} /> <small>{counts[group]}</small>
        </a>
      ))}
    </nav>
  )
}

function JobTable({ jobs }: { jobs: readonly JobRecord[] }): JSX.Element {
  return (
    <Table label="Table of jobs" head={['Job', 'State', 'App', 'Tasks', 'Created', 'Duration']}>
      {jobs.map((job) => (
        <tr>
          <th scope="row">
            <a href={`/jobs/${job.id}`}>{job.name}</a>
            <small class="id">{job.id.slice(0, 13)}</small>
            {job.errorMessage !== '' && <p class="reason">{withoutCommand(job.errorMessage)}</p>}
          </th>
          <td>
            <Badge state={groupOf(job)}>{stateText(job)}</Badge>
          </td>
          <td>{appOf(job)}</td>
          <td>
            <Progress job={job} />
          </td>
          <td>
            <Time at={job.createdAt} />
          </td>
          <td>{jobDuration(job) || '–'}</td>
        </tr>
      ))}
    </Table>
  )
}

/** How many tasks are done. */
function Progress({ job: { tasks, numChunks, name } }: { job: JobRecord }): JSX.Element {
  if (numChunks === 0) return <span class="none">–</span>
  const done = tasks?.completed ?? 0
  return (
    <span class="progress">
      <progress value={done} max={numChunks} aria-label={`Tasks of ${name}`} /> {`${done}/${numChunks}`}
      {(tasks?.failed ?? 0) > 0 && <span class="bad">{`, ${tasks?.failed} failed`}</span>}
    </span>
  )
}

function NoJobs({ query }: { query: JobQuery }): JSX.Element {
  if (jobsPath({ ...query, page: 1 }) !== '/jobs') {
    return (
      <div class="empty">
        <p>
          No job is like this. <a href="/jobs">Show all jobs</a>
        </p>
      </div>
    )
  }
  return <Empty command="npx bytenite-local run NAME --input FILE --out results">There are no jobs yet. Publish an app, then run it:</Empty>
}

function twinOf({ state, text, app }: JobQuery): { command: string; call: string; body?: object } {
  const command = state === undefined ? 'jobs' : `jobs --state ${state}`
  if (state === undefined && text === '' && app === '') return { command, call: 'GET /customer/jobs' }
  const filters = [
    ...(text === '' ? [] : [like('name', `%${text}%`)]),
    ...(app === '' ? [] : [like('parts.app.tag', `${app}%`)]),
    ...(state === 'complete' || state === 'failed' || state === 'new'
      ? [{ field: 'state', condition: 'FILTER_CONDITION_EQ', value: `JOB_STATE_${state.toUpperCase()}` }]
      : []),
  ]
  return { command, call: 'POST /customer/jobs/filter', body: { filters } }
}

function like(field: string, value: string): object {
  return { field, condition: 'FILTER_CONDITION_LIKE', value }
}
