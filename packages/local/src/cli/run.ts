import { type Command, type Options, parseArguments, stoppable, UsageError } from 'bytenite-uploader/internal/command-line'
import { CONNECTION_OPTIONS, findConnection } from './connection.js'
import { JOB_OPTIONS, readJobOptions } from './job/job-options.js'
import { createResultsDirectory } from './job/results.js'
import { runJob } from './job/run-job.js'
import { createScreen } from './job/screen.js'
import { submitJob, type JobParts } from './job/submit.js'

const OPTIONS = {
  out: { value: '<dir>', description: "Directory for the job's results (required, but not with --detach)" },
  ...JOB_OPTIONS,
  partitioner: { value: '<tag>', description: 'Partitioner, which cuts the data into chunks (default: the data are one chunk)' },
  assembler: { value: '<tag>', description: 'Assembler, which merges the results (default: they stay as they are)' },
  template: { value: '<id>', description: 'Job template, in place of the tag' },
  detach: { description: "Start the job, print its ID, and don't wait for it" },
  json: { description: "Print the job's record at its end as JSON, and all else to the standard error" },
  ...CONNECTION_OPTIONS,
} satisfies Options

export const run: Command = {
  usage: '<tag> --out <dir> [options]',
  summary: 'Run a job with a published app',
  options: OPTIONS,
  examples: [
    'bytenite-local run my-app --input sample.txt --out results',
    `bytenite-local run my-app@1.2 --params '{"case":"upper"}' --out results`,
    'bytenite-local run counter --partitioner cutter --assembler adder --input text.txt --out results',
    'bytenite-local run --template counter-template --input text.txt --detach',
  ],
  run: runApp,
}

async function runApp(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArguments(argv, OPTIONS)
  const { out, partitioner, assembler, template, detach, json } = values
  const parts = readParts(positionals, template, { ...(partitioner && { partitioner }), ...(assembler && { assembler }) })
  if (detach === true && out !== undefined) {
    throw new UsageError('With --detach, there are no results to put into --out. Get them later: bytenite-local job <id> --out <dir>')
  }
  if (detach !== true && out === undefined) throw new UsageError("Missing --out <dir>, the directory for the job's results.")
  const input = readJobOptions(values)
  const connection = findConnection(values)
  const screen = createScreen(json)
  const prepare = out === undefined ? undefined : () => createResultsDirectory(out)
  await stoppable((signal) =>
    runJob({
      connection,
      screen,
      signal,
      start: async (clients) => ({ job: await submitJob(clients, { parts, ...input, prepare }, screen) }),
      out,
      json,
      detach,
    }),
  )
}

function readParts([tag, unexpected]: readonly string[], template: string | undefined, engines: JobParts): JobParts {
  if (unexpected !== undefined) throw new UsageError(`Unexpected argument "${unexpected}".`)
  if (tag !== undefined && template !== undefined) {
    throw new UsageError(`Either the tag of an app ("${tag}") or a --template, not both: the template names its app.`)
  }
  if (template !== undefined) return { templateId: template, ...engines }
  if (tag === undefined) throw new UsageError("Missing the app's tag, such as my-app or my-app@1.0, or a --template.")
  return { app: tag, ...engines }
}
