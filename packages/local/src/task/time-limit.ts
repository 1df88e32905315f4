import { TaskError } from './task-error.js'

/** Node has no longer timers. */
const MAX_TIMEOUT = 2 ** 31 - 1

export interface TimeLimit {
  /** Aborts when the time is over, with a {@link TaskError} `TIMEOUT`. */
  signal: AbortSignal
  clear(): void
}

/** @param timeout milliseconds; `undefined` for no limit */
export function startTimeLimit(timeout: number | undefined): TimeLimit {
  const controller = new AbortController()
  if (timeout === undefined) return { signal: controller.signal, clear: () => {} }
  const exceed = (): void => {
    const message = `The task exceeded its time limit of ${timeout / 1000} s and was stopped. Raise the limit, or let the task do less.`
    controller.abort(new TaskError('TIMEOUT', message))
  }
  const timer = setTimeout(exceed, Math.min(timeout, MAX_TIMEOUT))
  return { signal: controller.signal, clear: () => clearTimeout(timer) }
}
