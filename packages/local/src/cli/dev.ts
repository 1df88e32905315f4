import { develop } from '../develop.js'
import { parseArguments, type Options } from './arguments.js'
import type { Command } from './command.js'
import { showTask, TASK_OPTIONS } from './task.js'
import { UsageError } from './usage-error.js'

const OPTIONS = {
  ...TASK_OPTIONS,
  out: { value: '<dir>', description: "Directory for the task's results", default: 'results' },
} satisfies Options

export const dev: Command = {
  usage: '[options] -- <build command>',
  summary: 'Build a project, publish it to a temporary platform, and run one task of it',
  options: OPTIONS,
  examples: ['bytenite-local dev -- vite build', 'bytenite-local dev --input sample.txt --params params.json -- rollup -c'],
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
  await showTask(values, (task) => develop({ ...task, command: [command, ...parameters] }))
}
