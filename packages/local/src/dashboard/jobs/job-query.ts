import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import { groupOf, GROUPS, type JobGroup } from './job-states.js'

/** What a list of jobs shows, as it is in the address of the page. */
export interface JobQuery {
  state: JobGroup | undefined
  /** The name of an app, or the beginning of its tag. */
  app: string
  /** In the name, the ID, or the error. */
  text: string
  /** Only jobs created in the last so many hours. */
  hours: number | undefined
  /** From 1. */
  page: number
}

export const HOURS: readonly (readonly [number, string])[] = [
  [1, 'the last hour'],
  [24, 'the last day'],
  [168, 'the last week'],
]

const PAGE_SIZE = 50

export function readJobQuery({ state, app = '', text = '', hours, page }: Record<string, string>): JobQuery {
  return {
    state: GROUPS.find((group) => group === state),
    app,
    text,
    hours: HOURS.find(([number]) => String(number) === hours)?.[0],
    page: Math.max(1, Math.floor(Number(page)) || 1),
  }
}

/** The address of the list with other conditions. */
export function jobsPath(query: Partial<JobQuery>): string {
  const { state, app, text, hours, page = 1 } = query
  const fields = Object.entries({ state, app, text, hours, page: page > 1 ? page : undefined })
  const given = fields.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, String(value)] as [string, string]]))
  return given.length === 0 ? '/jobs' : `/jobs?${new URLSearchParams(given).toString()}`
}

export interface FoundJobs {
  jobs: JobRecord[]
  /** How many there are in each state that meet the other conditions. */
  counts: Record<JobGroup, number>
  /** How many meet all conditions. */
  total: number
  pages: number
}

/** @param jobs newest first */
export function findJobs(jobs: Iterable<JobRecord>, query: JobQuery): FoundJobs {
  const counts: Record<JobGroup, number> = { new: 0, running: 0, complete: 0, failed: 0 }
  const found: JobRecord[] = []
  const since = query.hours === undefined ? 0 : Date.now() - query.hours * 3_600_000
  const text = query.text.toLowerCase()
  let total = 0
  for (const job of jobs) {
    if (since > 0 && Date.parse(job.createdAt) < since) continue
    if (query.app !== '' && !appOf(job).startsWith(query.app)) continue
    if (text !== '' && ![job.name, job.id, job.errorMessage].some((field) => field.toLowerCase().includes(text))) continue
    const group = groupOf(job)
    counts[group]++
    if (query.state !== undefined && group !== query.state) continue
    total++
    if (total > (query.page - 1) * PAGE_SIZE && found.length < PAGE_SIZE) found.push(job)
  }
  return { jobs: found, counts, total, pages: Math.max(1, Math.ceil(total / PAGE_SIZE)) }
}

/** The tag of a job's app; empty before it has started. */
export function appOf(job: JobRecord): string {
  return job.parts?.app.tag ?? ''
}
