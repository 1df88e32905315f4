import { setTimeout as sleep } from 'node:timers/promises'

export interface WaitOptions {
  /** Milliseconds. @default 30_000 */
  timeout?: number
  /** What explains a wait in vain, such as the output of a program. */
  details?: () => string
}

const TIMEOUT = 30_000
const INTERVAL = 20

/**
 * Waits until a condition holds.
 * @param label what is waited for, for the error of a wait in vain
 * @returns what the condition returned, once that is neither `false`, `undefined`, 0 nor empty
 */
export async function waitFor<Value>(
  label: string,
  condition: () => Value | Promise<Value>,
  { timeout = TIMEOUT, details }: WaitOptions = {},
): Promise<NonNullable<Value>> {
  const end = performance.now() + timeout
  for (;;) {
    const value = await within(label, Promise.resolve(condition()), { timeout, ...(details && { details }) })
    if (value) return value
    if (performance.now() > end) throw inVain(label, timeout, details)
    await sleep(INTERVAL)
  }
}

/**
 * Waits for a promise, but not for ever.
 * @param label what is waited for, for the error of a wait in vain
 */
export async function within<Value>(
  label: string,
  promise: Promise<Value>,
  { timeout = TIMEOUT, details }: WaitOptions = {},
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(inVain(label, timeout, details)), timeout)
  })
  return Promise.race([promise, tooLate]).finally(() => clearTimeout(timer))
}

function inVain(label: string, timeout: number, details?: () => string): Error {
  return new Error(`Waited ${timeout / 1000} s in vain for ${label}.${details === undefined ? '' : `\n${details()}`}`)
}
