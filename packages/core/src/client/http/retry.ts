import { formatSeconds } from '../../utils/format.js'
import { sleep } from '../../utils/sleep.js'
import { Failure } from './failure.js'
import type { WaitBudget } from './wait-budget.js'

/** Milliseconds before the second attempt; each further one waits twice as long. */
const FIRST_DELAY = 500
const MAX_DELAY = 30_000
/** Milliseconds that a platform may ask to wait; more is cut to this. */
const MAX_RETRY_AFTER = 60_000

export interface RetryOptions {
  retries: number
  budget: WaitBudget
  signal: AbortSignal | undefined
  /** Told, in one sentence, that an attempt failed and when the next one is. */
  onRetry(message: string): void
}

/** Whether a response of this status may be another one in a while. */
export function isTransientStatus(status: number): boolean {
  return [408, 429, 500, 502, 503, 504].includes(status)
}

/** Milliseconds that a response asks to wait: `Retry-After` in seconds, or as a date. */
export function parseRetryAfter(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string' || header.trim() === '') return undefined
  const wait = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}

/**
 * Attempts something until it succeeds, or it makes no sense to go on.
 * @param confirm asked after an attempt that may have been acted on: its result, if it has; else whether that is certain
 * @throws {ByteNiteError} for the last failure
 */
export async function withRetries<Result>(
  attempt: () => Promise<Result>,
  confirm: (() => Promise<Confirmation<Result>>) | undefined,
  { retries, budget, signal, onRetry }: RetryOptions,
): Promise<Result> {
  let isUncertain = false
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt()
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure
      const { isTransient, mayHaveActed, retryAfter, hint } = failure.options
      if (mayHaveActed && confirm !== undefined) {
        const confirmation = await confirm()
        if (confirmation.state === 'done') return confirmation.result
        isUncertain = confirmation.state === 'unknown'
      }
      const delay = delayAfter(attempts, retryAfter)
      if (!isTransient || attempts > retries || delay > budget.left) {
        throw failure.toError({ attempts, hint: isUncertain ? [hint, UNCERTAIN_HINT].filter(Boolean).join(' ') : hint })
      }
      onRetry(`${failure.message}. Trying again in ${formatSeconds(delay)} (attempt ${attempts + 1} of ${retries + 1}).`)
      budget.spend(delay)
      await sleep(delay, signal)
    }
  }
}

/** What is known of an attempt whose response was lost. */
export type Confirmation<Result> = { state: 'done'; result: Result } | { state: 'not done' } | { state: 'unknown' }

const UNCERTAIN_HINT = 'Whether the platform has it is not known: publishing again is safe, and tells.'

/** Exponential, with jitter, so that many clients do not come back at once. */
function delayAfter(attempts: number, retryAfter: number | undefined): number {
  const backoff = Math.min(FIRST_DELAY * 2 ** (attempts - 1), MAX_DELAY) * (0.5 + Math.random() / 2)
  return Math.max(backoff, Math.min(retryAfter ?? 0, MAX_RETRY_AFTER))
}
