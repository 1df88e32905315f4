import { findConnection } from '../task/connection.js'
import { runPublished } from '../task/run-published.js'
import { DEFAULT_PORT } from '../utils/defaults.js'
import { parseArguments, type Options } from './arguments.js'
import type { Command } from './command.js'
import { showTask, TASK_OPTIONS } from './task.js'
import { UsageError } from './usage-error.js'

const OPTIONS = {
  ...TASK_OPTIONS,
  out: { value: '<dir>', description: "Directory for the task's results (required)" },
  'api-url': { value: '<url>', description: `The platform (default: BYTENITE_API_URL, or http://127.0.0.1:${DEFAULT_PORT}/v1)` },
  'api-key': { value: '<key>', description: "API key (default: BYTENITE_API_KEY, or the local platform's)" },
} satisfies Options

export const run: Command = {
  usage: '<tag> --out <dir> [options]',
  summary: 'Run one task of a published app',
  options: OPTIONS,
  examples: [
    'bytenite-local run my-app --input sample.txt --out results',
    `bytenite-local run my-app@1.2 --params '{"case":"upper"}' --out results`,
  ],
  run: runApp,
}

async function runApp(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArguments(argv, OPTIONS)
  const [tag, unexpected] = positionals
  const { out, 'api-url': apiUrl, 'api-key': apiKey } = values
  if (tag === undefined) throw new UsageError("Missing the app's tag, such as my-app or my-app@1.0.")
  if (unexpected !== undefined) throw new UsageError(`Unexpected argument "${unexpected}".`)
  if (out === undefined) throw new UsageError("Missing --out <dir>, the directory for the task's results.")
  await showTask({ ...values, out }, (task) => runPublished({ ...task, tag, ...findConnection({ apiUrl, apiKey }) }))
}
