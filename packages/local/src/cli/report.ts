import { readFileSync } from 'node:fs'
import { isByteNiteError, type JobsApi } from 'bytenite-uploader'
import { formatBytes } from 'bytenite-uploader/internal'
import { type Command, type Options, parseArguments, UsageError } from 'bytenite-uploader/internal/command-line'
import { plainText } from 'bytenite-uploader/internal/plain-text'
import type { JobRecord, TaskRecord } from 'bytenite-uploader/wire-jobs'
import { lastLines } from '../dashboard/log/shown-line.js'
import type { ReportedFailure } from '../dashboard/report/report.js'
import { writeFileAtomically } from '../utils/atomic-write.js'
import { CONNECTION_OPTIONS } from './connection.js'
import { openNamedJob } from './job/find-job.js'
import type { LogPlace } from './job/follow-log.js'

const OPTIONS = {
  out: { short: 'o', value: '<file>', description: 'The file to write; - is the standard output', default: 'report.html' },
  ...CONNECTION_OPTIONS,
} satisfies Options

export const report: Command = {
  usage: '<id> [options]',
  summary: 'Write a job as one file of HTML: states, timeline, failures and their logs',
  options: OPTIONS,
  examples: ['bytenite-local report 01a21947-73dc', 'bytenite-local report 01a21947-73dc -o report.html'],
  run: reportJob,
}

/** Tasks whose failures are told, and lines of each log. A report is to be attached to something. */
const MAX_FAILURES = 50
const MAX_LINES = 500

async function reportJob(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArguments(argv, OPTIONS)
  const { jobs, job } = await openNamedJob(positionals, values)
  const tasks: TaskRecord[] = []
  for await (const task of jobs.tasks(job.id, { pageSize: 1000 })) tasks.push(task)
  const { isReport, reportText } = await import('../dashboard/report/report.js')
  const text = await reportText({ job, tasks, ...(await failuresOf(jobs, job, tasks)) })
  if (values.out === '-') return void process.stdout.write(text)
  checkPlace(values.out, isReport)
  writeFileAtomically(values.out, text)
  console.log(`Wrote ${plainText(values.out)} (${formatBytes(Buffer.byteLength(text))}).`)
}

/** Replaces a report, and nothing else. */
function checkPlace(file: string, isReport: (beginning: string) => boolean): void {
  try {
    if (isReport(readFileSync(file, 'utf8').slice(0, 1000))) return
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  throw new UsageError(`${file} is there already, and is not a report. Choose another name with --out.`)
}

async function failuresOf(
  jobs: JobsApi,
  job: JobRecord,
  tasks: readonly TaskRecord[],
): Promise<{ failures: ReportedFailure[]; isCut: boolean }> {
  const failed = tasks.filter(({ state }) => state === 'Failed')
  const failures: ReportedFailure[] = []
  for (const { chunk } of failed.slice(0, MAX_FAILURES)) {
    const { attempts } = await jobs.task(job.id, chunk)
    failures.push({ name: `Task ${chunk}`, attempt: attempts.at(-1), ...(await endOfLog(jobs, job, { part: 'app', chunk })) })
  }
  if (job.state === 'JOB_STATE_FAILED' && failed.length === 0) {
    const part = job.stateTimestamps.JOB_STATE_MERGING === undefined ? 'partitioner' : 'assembler'
    const log = await endOfLog(jobs, job, { part })
    if (log.lines.length > 0) failures.push({ name: `The ${part}`, attempt: undefined, ...log })
  }
  return { failures, isCut: failed.length > failures.length && failed.length > 0 }
}

async function endOfLog(jobs: JobsApi, { id }: JobRecord, place: LogPlace): Promise<Pick<ReportedFailure, 'lines' | 'isCut'>> {
  try {
    return await lastLines(jobs.log(id, place), MAX_LINES)
  } catch (error) {
    // It never ran.
    if (isByteNiteError(error) && error.status === 404) return { lines: [], isCut: false }
    throw error
  }
}
