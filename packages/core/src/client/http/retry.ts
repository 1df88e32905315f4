import { plainText } from '../../plain-text.js'
import { formatSeconds } from '../../utils/format.js'
import { sleep } from '../../utils/sleep.js'
import { Failure } from './failure.js'
import type { WaitBudget } from './wait-budget.js'

/** Milliseconds before the second attempt. The delay doubles for each further one. */
const FIRST_DELAY = 500
const MAX_DELAY = 30_000
/** Upper limit, in milliseconds, for the wait that a platform requests. */
const MAX_RETRY_AFTER = 60_000

export interface RetryOptions {
  retries: number
  budget: WaitBudget
  signal: AbortSignal | undefined
  /** Whether doing it twice is as good as once. Otherwise, an attempt that the platform may have carried out is the last one. */
  isRepeatable: boolean
  /** Called with one sentence about the failed attempt and the time of the next one. */
  onRetry(message: string): void
}

/** Whether a later attempt may get a different status. */
export function isTransientStatus(status: number): boolean {
  return [408, 429, 500, 502, 503, 504].includes(status)
}

/** Parses `Retry-After`, in seconds or as a date. @returns milliseconds to wait */
export function parseRetryAfter(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string' || header.trim() === '') return undefined
  const wait = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}

/**
 * Repeats an attempt until it succeeds or another one makes no sense.
 * @param confirm checks whether a failed attempt succeeded after all, if the platform may have carried it out
 * @throws {ByteNiteError} for the last failure
 */
export async function withRetries<Result>(
  attempt: () => Promise<Result>,
  confirm: (() => Promise<Confirmation<Result>>) | undefined,
  { retries, budget, signal, isRepeatable, onRetry }: RetryOptions,
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
      const isFinal = mayHaveActed === true && !isRepeatable && confirm === undefined
      if (!isTransient || isFinal || attempts > retries || delay > budget.left) {
        const uncertainty = isFinal ? UNREPEATABLE_HINT : isUncertain ? UNCERTAIN_HINT : undefined
        throw failure.toError({ attempts, hint: [hint, uncertainty].filter(Boolean).join(' ') || undefined })
      }
      onRetry(plainText(`${failure.message}. Trying again in ${formatSeconds(delay)} (attempt ${attempts + 1} of ${retries + 1}).`))
      budget.spend(delay)
      await sleep(delay, signal)
    }
  }
}

/** The outcome of an attempt whose response was lost. */
export type Confirmation<Result> = { state: 'done'; result: Result } | { state: 'not done' } | { state: 'unknown' }

const UNREPEATABLE_HINT = 'The platform may have done it all the same, so it is not tried again. Look before you repeat it.'
const UNCERTAIN_HINT = 'The upload may or may not have arrived. Publishing again is safe and will tell.'

/** Exponential, with jitter, so that many clients do not retry at the same moment. */
function delayAfter(attempts: number, retryAfter: number | undefined): number {
  const backoff = Math.min(FIRST_DELAY * 2 ** (attempts - 1), MAX_DELAY) * (0.5 + Math.random() / 2)
  return Math.max(backoff, Math.min(retryAfter ?? 0, MAX_RETRY_AFTER))
}
