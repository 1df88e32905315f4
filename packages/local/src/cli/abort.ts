import { type Command, type Options, parseArguments } from 'bytenite-uploader/internal/command-line'
import { CONNECTION_OPTIONS } from './connection.js'
import { openNamedJob } from './job/find-job.js'
import { printJson } from './job/print-json.js'

const OPTIONS = {
  json: { description: "Print the job's record as JSON" },
  ...CONNECTION_OPTIONS,
} satisfies Options

export const abort: Command = {
  usage: '<id> [options]',
  summary: 'Stop a job; one that has not started is deleted',
  options: OPTIONS,
  examples: ['bytenite-local abort 01a21947-73dc'],
  run: abortJob,
}

async function abortJob(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArguments(argv, OPTIONS)
  const { jobs, job } = await openNamedJob(positionals, values)
  const isNew = job.state === 'JOB_STATE_NEW'
  await jobs.abort(job.id)
  if (values.json === true) printJson(isNew ? job : await jobs.get(job.id))
  else console.log(isNew ? `Deleted job ${job.id}, which had not started` : `Aborted job ${job.id}`)
}
