import { type Command, type Options, parseArguments, stoppable, UsageError } from 'bytenite-uploader/internal/command-line'
import type { RerunRequest } from 'bytenite-uploader/wire-jobs'
import { CONNECTION_OPTIONS, findConnection } from './connection.js'
import { openNamedJob } from './job/find-job.js'
import { JOB_OPTIONS, readNewParams } from './job/job-options.js'
import { createResultsDirectory } from './job/results.js'
import { runJob, type StartedJob } from './job/run-job.js'
import { createScreen } from './job/screen.js'
import type { Clients } from './job/submit.js'
import { readTaskNumber } from './job/task-number.js'

const OPTIONS = {
  failed: { description: 'Only the tasks that have not completed' },
  task: { value: '<number>', multiple: true, description: 'Only this task, and those that have not completed; may be repeated' },
  params: JOB_OPTIONS.params,
  'assembler-params': JOB_OPTIONS['assembler-params'],
  out: { value: '<dir>', description: "Directory for the job's results (default: they are not downloaded)" },
  detach: { description: "Don't wait for the job's end" },
  json: { description: "Print the job's record at its end as JSON, and all else to the standard error" },
  ...CONNECTION_OPTIONS,
} satisfies Options

export const rerun: Command = {
  usage: '<id> [options]',
  summary: 'Run the tasks of a job that has ended again, with the same code, and show it',
  options: OPTIONS,
  examples: [
    'bytenite-local rerun 01a21947-73dc --failed',
    'bytenite-local rerun 01a21947-73dc --task 3 --out results',
    `bytenite-local rerun 01a21947-73dc --params '{"case":"lower"}'`,
  ],
  run: rerunJob,
}

async function rerunJob(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArguments(argv, OPTIONS)
  const { out, detach, json, failed, task } = values
  if (failed === true && task !== undefined) throw new UsageError('Either --failed or --task, not both.')
  if (detach === true && out !== undefined) throw new UsageError('With --detach, there are no results to put into --out.')
  const tasks = failed === true ? 'failed' : (task?.map(readTaskNumber) ?? 'all')
  const given = readNewParams(values)
  const params = Object.keys(given).length === 0 ? undefined : given
  const { job } = await openNamedJob(positionals, values)
  if (out !== undefined) await createResultsDirectory(out)
  const start = (clients: Clients): Promise<StartedJob> => startAgain(clients, job.id, tasks, params)
  await stoppable((signal) => runJob({ connection: findConnection(values), screen: createScreen(json), signal, start, out, detach, json }))
}

async function startAgain(
  { control }: Clients,
  id: string,
  tasks: RerunRequest['tasks'],
  params: RerunRequest['params'],
): Promise<StartedJob> {
  const { numChunks } = await control.get(id)
  const after = numChunks === 1 ? (await control.task(id, 0)).task.attempts : 0
  return { job: await control.rerun(id, tasks, params), after }
}
