import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fieldText } from 'bytenite-uploader/internal'
import type { RunPublishedOptions } from '../task/run-published.js'
import type { TaskResult } from '../task/run-task.js'
import { removeLeftovers } from '../task/scratch-directory.js'
import { plainText } from 'bytenite-uploader/internal/plain-text'
import { endBySignal, stopSignal } from '../utils/stop-signal.js'
import { UsageError } from './usage-error.js'
import { warn } from './warn.js'

/** The options of every command that runs a task. */
export const TASK_OPTIONS: {
  input: { value: string; description: string }
  params: { value: string; description: string; default: string }
  timeout: { value: string; description: string }
} = {
  input: { value: '<file>', description: "The task's data chunk (default: an empty one)" },
  params: { value: '<json>', description: "The app's parameters: JSON, or the path of a .json file", default: '{}' },
  timeout: { value: '<seconds>', description: 'Stop the task after this time (default: no limit)' },
}

interface TaskValues {
  input: string | undefined
  params: string
  timeout: string | undefined
  out: string
}

export type Task = Pick<RunPublishedOptions, 'input' | 'params' | 'timeout' | 'results' | 'signal' | 'onStart' | 'onWarning'>

/** Starts a task, ends it if this process receives a signal to stop, and lists the files that it wrote. */
export async function showTask({ input, params, timeout, out }: TaskValues, start: (task: Task) => Promise<TaskResult>): Promise<void> {
  const parsed = { params: readParams(params), timeout: readTimeout(timeout) }
  await removeLeftovers(warn)
  const stop = new AbortController()
  let receivedSignal: NodeJS.Signals | undefined
  const stopOnSignal = async (): Promise<void> => {
    receivedSignal = await stopSignal()
    stop.abort()
  }
  void stopOnSignal()
  const task = {
    ...parsed,
    input,
    results: out,
    signal: stop.signal,
    onStart: (tag: string, entrypoint: string) => console.log(`Running ${plainText(entrypoint)} of ${fieldText(tag)}`),
    onWarning: warn,
  }
  const result = await start(task).finally(() => {
    // Everything is cleaned up by now, so the process can end by the signal that it received.
    if (receivedSignal !== undefined) endBySignal(receivedSignal)
  })
  if (result.exitCode !== 0) throw new Error(`The task ended with ${result.signal ?? `exit code ${result.exitCode}`}.`)
  for (const file of result.files) console.log(plainText(join(out, file)))
}

/** Longer than any timer of Node. */
const MAX_SECONDS = 2_147_483

/** Milliseconds. */
function readTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const seconds = Number(text)
  if (/^\d+(?:\.\d+)?$/.test(text) && seconds > 0 && seconds <= MAX_SECONDS) return seconds * 1000
  throw new UsageError(`Invalid --timeout "${text}": expected a number of seconds above 0, and at most ${MAX_SECONDS}.`)
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
