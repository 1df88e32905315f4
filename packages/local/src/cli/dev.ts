import { type Command, type Options, parseArguments, stoppable, UsageError } from 'bytenite-uploader/internal/command-line'
import { removeLeftovers } from '../task/scratch-directory.js'
import { JOB_OPTIONS, readJobOptions } from './job/job-options.js'
import { createResultsDirectory } from './job/results.js'
import { runJob } from './job/run-job.js'
import { createScreen } from './job/screen.js'
import { submitJob } from './job/submit.js'
import { warn } from './warn.js'

const OPTIONS = {
  watch: { short: 'w', description: 'The build command is a watcher: go on, and run a job whenever it has published' },
  out: { value: '<dir>', description: "Directory for the job's results", default: 'results' },
  ...JOB_OPTIONS,
} satisfies Options

export const dev: Command = {
  usage: '[options] -- <build command>',
  summary: 'Build a project, publish it to a temporary platform, and run a job with it',
  options: OPTIONS,
  examples: [
    'bytenite-local dev -- vite build',
    'bytenite-local dev --input sample.txt --params params.json -- rollup -c',
    'bytenite-local dev --watch --input sample.txt -- vite build --watch',
  ],
  run: buildAndRun,
}

async function buildAndRun(argv: readonly string[]): Promise<void> {
  const { values, positionals, rest } = parseArguments(argv, OPTIONS)
  const [unexpected] = positionals
  if (unexpected !== undefined) {
    throw new UsageError(`Unexpected argument "${unexpected}". The build command goes after "--": bytenite-local dev -- vite build`)
  }
  const [command, ...parameters] = rest
  if (command === undefined) throw new UsageError('Missing the build command. Write it after "--": bytenite-local dev -- vite build')
  const { out, watch } = values
  const input = readJobOptions(values)
  const screen = createScreen()
  await removeLeftovers(warn)
  if (watch === true) {
    const { runLoop } = await import('./loop/run-loop.js')
    return runLoop({ command: [command, ...parameters], out, screen, readInput: () => readJobOptions(values) })
  }
  const prepare = (): Promise<void> => createResultsDirectory(out)
  // Here, so that no other command pays for loading it.
  const { develop } = await import('../develop/develop.js')
  await stoppable((signal) =>
    develop({ command: [command, ...parameters], signal }, ({ connection, parts }) =>
      runJob({
        connection,
        screen,
        signal,
        start: async (clients) => ({ job: await submitJob(clients, { parts, ...input, prepare }, screen) }),
        out,
        isTemporary: true,
      }),
    ),
  )
}
