import { createClient, type JobsApi } from 'bytenite-uploader'
import { type Command, formatTable, formatTime, type Options, parseArguments, UsageError } from 'bytenite-uploader/internal/command-line'
import type { JobFilter, JobRecord } from 'bytenite-uploader/wire-jobs'
import { CONNECTION_OPTIONS, findConnection } from './connection.js'
import { stateName } from './job/job-state.js'
import { jobDuration } from '../jobs/job-duration.js'
import { tasksText } from './job/job-text.js'
import { printJson } from './job/print-json.js'

const OPTIONS = {
  state: { value: '<state>', description: 'Only jobs in this state: running, or one of those in the README, such as complete or failed' },
  limit: { value: '<number>', description: 'At most so many', default: '20' },
  json: { description: 'Print the records as a JSON array' },
  ...CONNECTION_OPTIONS,
} satisfies Options

export const jobs: Command = {
  usage: '[options]',
  summary: 'List the jobs, the newest first',
  options: OPTIONS,
  examples: ['bytenite-local jobs', 'bytenite-local jobs --state failed --limit 100'],
  run: listJobs,
}

const HEAD = ['ID', 'NAME', 'STATE', 'APP', 'TASKS', 'CREATED', 'DURATION']

async function listJobs(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArguments(argv, OPTIONS)
  const [unexpected] = positionals
  if (unexpected !== undefined) {
    throw new UsageError(`Unexpected argument "${unexpected}". To see one job: bytenite-local job <id>`)
  }
  const limit = readLimit(values.limit)
  const filters = values.state === undefined ? [] : [readState(values.state)]
  const found = await firstJobs(createClient(findConnection(values)).jobs, filters, limit)
  if (values.json === true) printJson(found)
  else for (const line of formatTable([HEAD, ...found.map(rowOf)])) console.log(line)
}

async function firstJobs(api: JobsApi, filters: readonly JobFilter[], limit: number): Promise<JobRecord[]> {
  const found: JobRecord[] = []
  for await (const job of api.filter(filters, { pageSize: Math.min(limit, MAX_PAGE) })) {
    if (found.push(job) === limit) break
  }
  return found
}

function rowOf(job: JobRecord): string[] {
  return [
    job.id,
    job.name,
    stateName(job),
    job.parts?.app.tag ?? job.templateInfo?.app ?? '',
    tasksText(job),
    formatTime(job.createdAt),
    jobDuration(job),
  ]
}

/** Jobs of a page, as the platform limits it. */
const MAX_PAGE = 1_000
const MAX_LIMIT = 1_000_000

function readLimit(text: string): number {
  const limit = Number(text)
  if (/^\d{1,7}$/.test(text) && limit >= 1 && limit <= MAX_LIMIT) return limit
  throw new UsageError(`Invalid --limit "${text}": expected a whole number from 1 to ${MAX_LIMIT}.`)
}

const UNDER_WAY = ['started', 'uploading', 'partitioning', 'partitioned', 'tasks_completed', 'merging', 'merged', 'downloading']
const STATES = ['new', ...UNDER_WAY, 'complete', 'failed']

function readState(text: string): JobFilter {
  const state = text.toLowerCase()
  if (state !== 'running' && !STATES.includes(state)) {
    throw new UsageError(`Invalid --state "${text}": expected running, or one of ${STATES.join(', ')}.`)
  }
  const wanted = state === 'running' ? UNDER_WAY : [state]
  return { field: 'state', condition: 'FILTER_CONDITION_IN', value: wanted.map((name) => `JOB_STATE_${name.toUpperCase()}`) }
}
