import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunPublishedOptions } from '../task/run-published.js'
import type { TaskResult } from '../task/run-task.js'
import { stopSignal } from '../utils/stop-signal.js'
import { UsageError } from './usage-error.js'

/** The options of every command that runs a task. */
export const TASK_OPTIONS: {
  input: { value: string; description: string }
  params: { value: string; description: string; default: string }
} = {
  input: { value: '<file>', description: "The task's data chunk (default: an empty one)" },
  params: { value: '<json>', description: "The app's parameters: JSON, or the path of a .json file", default: '{}' },
}

interface TaskValues {
  input: string | undefined
  params: string
  out: string
}

export type Task = Pick<RunPublishedOptions, 'input' | 'params' | 'results' | 'signal' | 'onStart'>

/** Starts a task, ends it on SIGINT or SIGTERM, and lists the files that it wrote. */
export async function showTask({ input, params, out }: TaskValues, start: (task: Task) => Promise<TaskResult>): Promise<void> {
  const stop = new AbortController()
  let receivedSignal: NodeJS.Signals | undefined
  const stopOnSignal = async (): Promise<void> => {
    receivedSignal = await stopSignal()
    stop.abort()
  }
  void stopOnSignal()
  const task = {
    input,
    params: readParams(params),
    results: out,
    signal: stop.signal,
    onStart: (tag: string, entrypoint: string) => console.log(`Running ${entrypoint} of ${tag}`),
  }
  const result = await start(task).finally(() => {
    // Everything is cleaned up by now, so the process can end by the signal that it received.
    if (receivedSignal !== undefined) process.kill(process.pid, receivedSignal)
  })
  if (result.exitCode !== 0) throw new Error(`The task ended with ${result.signal ?? `exit code ${result.exitCode}`}.`)
  for (const file of result.files) console.log(join(out, file))
}

function readParams(params: string): string {
  const isFile = params.endsWith('.json')
  const text = isFile ? readFileSync(params, 'utf8') : params
  try {
    JSON.parse(text)
  } catch (error) {
    const reason = `is not valid JSON: ${(error as Error).message}`
    throw isFile ? new Error(`${params} ${reason}`, { cause: error }) : new UsageError(`--params ${reason}`, { cause: error })
  }
  return text
}
