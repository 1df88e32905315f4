import { type Command, type Options, parseArguments } from 'bytenite-uploader/internal/command-line'
import { CONNECTION_OPTIONS } from './connection.js'
import { openNamedJob, type NamedJob } from './job/find-job.js'
import { followLogs, readLogs, readTaskLog, type PlacedLine } from './job/job-logs.js'
import { createScreen, type Screen } from './job/screen.js'
import { readTaskNumber } from './job/task-number.js'

const OPTIONS = {
  task: { value: '<number>', description: 'Only the log of this task' },
  follow: { description: 'Go on until the task or the job has ended' },
  json: { description: 'Print a line of JSON for each line, and those of the platform in full' },
  ...CONNECTION_OPTIONS,
} satisfies Options

export const logs: Command = {
  usage: '<id> [options]',
  summary: 'Show what the programs of a job printed',
  options: OPTIONS,
  examples: ['bytenite-local logs 01a21947-73dc --task 3', 'bytenite-local logs 01a21947-73dc --follow'],
  run: showLogs,
}

async function showLogs(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArguments(argv, OPTIONS)
  const task = values.task === undefined ? undefined : readTaskNumber(values.task)
  const stop = new AbortController()
  endWithReader()
  try {
    const named = await openNamedJob(positionals, values, stop.signal)
    const screen = createScreen()
    for await (const line of linesOf(named, task, values.follow === true)) {
      if (values.json === true) console.log(toJson(line))
      else show(line, task === undefined, screen)
    }
  } finally {
    // Nothing of the job is to be waited for any more.
    stop.abort()
  }
}

function linesOf({ jobs, job }: NamedJob, task: number | undefined, follow: boolean): AsyncIterable<PlacedLine> {
  if (task !== undefined) return readTaskLog(jobs, job, task, follow)
  return follow ? followLogs(jobs, job) : readLogs(jobs, job)
}

function toJson({ place, attempt, line }: PlacedLine): string {
  return JSON.stringify({ ...place, attempt, ...line })
}

function show({ place, attempt, line: { level, log } }: PlacedLine, isOfAll: boolean, screen: Screen): void {
  // How an attempt is prepared is seldom worth a line.
  if (level === 'DEBUG' || level === 'TRACE') return
  const name = place.part === 'app' ? `task ${place.chunk}` : place.part
  const prefix = isOfAll ? `${name}${attempt > 1 ? `, attempt ${attempt}` : ''} | ` : ''
  screen.output(prefix + (level === 'UNKNOWN' ? log : `[${level}] ${log}`))
}

/** Ends this process without an error when nobody reads on, such as `head`. */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
}
