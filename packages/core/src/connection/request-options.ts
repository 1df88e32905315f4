import { ByteNiteError } from '../errors.js'
import { checkOptionNames, namesOf } from '../utils/option-names.js'

/** How long to wait, in milliseconds. Every wait has an end. */
export interface TimeoutOptions {
  /**
   * Without progress while a body is sent or received; a trickle of less than 1 KiB a second is none.
   * @default 30_000
   */
  idle?: number | undefined
  /** For the whole response, once everything is sent. @default 60_000 */
  response?: number | undefined
  /**
   * For a platform that stays silent or keeps failing: the sum of all waits of one call, those between its attempts
   * included. Also the deadline for an app to become active.
   * @default 150_000
   */
  total?: number | undefined
}

export type Timeouts = { [Name in keyof Required<TimeoutOptions>]: number }

/** Settings of requests that are the same for a client and for `publish()`. */
export interface RequestOptions {
  /**
   * How often a request is sent again, when it failed for a reason that may pass: no connection, a connection that
   * broke, no response in time, or a response of 408, 429, 500, 502, 503 or 504.
   * @default 3
   */
  retries?: number | undefined
  timeout?: TimeoutOptions | undefined
}

export interface Limits {
  retries: number
  timeout: Timeouts
}

const DEFAULT_TIMEOUTS: Timeouts = { idle: 30_000, response: 60_000, total: 150_000 }
const DEFAULT_RETRIES = 3
export const TIMEOUT_NAMES: readonly string[] = namesOf<TimeoutOptions>({ idle: true, response: true, total: true })

/** @throws {ByteNiteError} `INVALID_OPTION` */
export function resolveLimits({ retries = DEFAULT_RETRIES, timeout = {} }: RequestOptions): Limits {
  if (!Number.isInteger(retries) || retries < 0) throw invalid('retries', retries, 'a whole number from 0')
  checkOptionNames(timeout, TIMEOUT_NAMES, 'timeout')
  const resolved = { ...DEFAULT_TIMEOUTS }
  for (const name of TIMEOUT_NAMES as (keyof Timeouts)[]) {
    const value = timeout[name]
    if (value === undefined) continue
    // Node's timers take no longer times.
    if (!(value > 0 && value < 2 ** 31)) throw invalid(`timeout.${name}`, value, 'a number of milliseconds above 0')
    resolved[name] = value
  }
  return { retries, timeout: resolved }
}

function invalid(name: string, value: unknown, expected: string): ByteNiteError {
  return new ByteNiteError('INVALID_OPTION', `The option "${name}" is ${JSON.stringify(value) ?? String(value)}; expected ${expected}.`)
}
