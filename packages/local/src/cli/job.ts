import type { JobsApi } from 'bytenite-uploader'
import { type Command, formatTable, formatTime, type Options, parseArguments, UsageError } from 'bytenite-uploader/internal/command-line'
import type { JobRecord, TaskRecord } from 'bytenite-uploader/wire-jobs'
import { CONNECTION_OPTIONS } from './connection.js'
import { describeTask } from './job/describe-task.js'
import { openNamedJob } from './job/find-job.js'
import { isComplete, stateName } from './job/job-state.js'
import { jobDuration } from '../jobs/job-duration.js'
import { printJson } from './job/print-json.js'
import { partsText } from './job/progress.js'
import { createResultsDirectory } from './job/results.js'
import { saveResults } from './job/save-results.js'
import { createScreen } from './job/screen.js'
import { readTaskNumber } from './job/task-number.js'

const OPTIONS = {
  out: { value: '<dir>', description: "Download the job's results to this directory" },
  task: { value: '<number>', description: 'Show this task instead, with its attempts and where they ran' },
  json: { description: 'Print the record as JSON' },
  ...CONNECTION_OPTIONS,
} satisfies Options

export const job: Command = {
  usage: '<id> [options]',
  summary: 'Show a job, or download its results',
  options: OPTIONS,
  examples: [
    'bytenite-local job 01a21947-73dc',
    'bytenite-local job 01a21947-73dc --task 3',
    'bytenite-local job 01a21947-73dc --out results',
  ],
  run: showJob,
}

async function showJob(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArguments(argv, OPTIONS)
  const { out, json } = values
  const task = values.task === undefined ? undefined : readTaskNumber(values.task)
  if (task !== undefined && out !== undefined)
    throw new UsageError('A task is shown (--task), or results are downloaded (--out), not both.')
  const { jobs, job: found } = await openNamedJob(positionals, values)
  if (task !== undefined) {
    if (json === true) console.log(JSON.stringify(await jobs.task(found.id, task), null, 2))
    else for (const line of await describeTask(jobs, found, task)) console.log(line)
    return
  }
  if (json === true) printJson(found)
  else if (out === undefined) for (const line of await describe(jobs, found)) console.log(line)
  if (out === undefined) return
  const results = await jobs.results(found.id)
  await createResultsDirectory(out)
  await saveResults(jobs, results, out, createScreen(json))
}

/** What is listed one by one. */
const FEW = 10

async function describe(jobs: JobsApi, found: JobRecord): Promise<string[]> {
  const { id, name, tasks, numChunks, createdAt, errorMessage, waitsFor = '' } = found
  const counts = Object.entries(tasks ?? {}).filter(([, count]) => count > 0)
  const rows = [
    ['ID', id],
    ['Name', name],
    ['State', stateName(found)],
    ['Runs', partsText(found)],
    ['Tasks', numChunks === 0 ? '' : `${numChunks} (${counts.map(([state, count]) => `${count} ${state}`).join(', ')})`],
    ['Waits for', waitsFor],
    ['Created', formatTime(createdAt)],
    ['Duration', jobDuration(found)],
    ['Error', errorMessage],
  ]
  return [
    ...formatTable(rows.filter(([, value]) => value !== '')),
    ...section('Failed tasks', await failedTasks(jobs, found)),
    ...(isComplete(found) ? section('Results', await resultNames(jobs, id)) : []),
  ]
}

function section(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return []
  const rows = items.slice(0, FEW).map((item) => [item])
  return ['', `${title}:`, ...formatTable(rows).map((line) => `  ${line}`), ...(items.length > FEW ? ['  …'] : [])]
}

async function resultNames(jobs: JobsApi, id: string): Promise<string[]> {
  return (await jobs.results(id)).map(({ name }) => name)
}

async function failedTasks(jobs: JobsApi, { id, tasks }: JobRecord): Promise<string[]> {
  if ((tasks?.failed ?? 0) === 0) return []
  const lines: string[] = []
  for await (const task of jobs.tasks(id, { state: 'Failed', pageSize: FEW + 1 })) {
    if (lines.push(await reasonOf(jobs, task)) > FEW) break
  }
  return lines
}

async function reasonOf(jobs: JobsApi, { jobId, chunk }: TaskRecord): Promise<string> {
  const { attempts } = await jobs.task(jobId, chunk)
  const { reason = '', place = '' } = attempts.at(-1) ?? {}
  return `task ${chunk}, attempt ${attempts.length}${place === '' ? '' : ` on ${place}`}: ${reason}`
}
