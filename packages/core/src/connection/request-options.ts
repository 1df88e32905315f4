import { ByteNiteError } from '../errors.js'
import { checkOptionNames, namesOf } from '../utils/option-names.js'

/** Limits of all waits, in milliseconds. */
export interface TimeoutOptions {
  /**
   * The time without progress while data is sent or received; less than 1 KiB per second is no progress.
   * @default 30_000
   */
  idle?: number | undefined
  /** The time until the whole response has arrived, once everything is sent. @default 60_000 */
  response?: number | undefined
  /**
   * All waiting within one call for a platform that does not respond, including the pauses between attempts; also the wait for an app
   * to become active.
   * @default 150_000
   */
  total?: number | undefined
}

export type Timeouts = { [Name in keyof Required<TimeoutOptions>]: number }

/** The settings of requests that `createClient()` and `publish()` share. */
export interface RequestOptions {
  /**
   * How often to retry a request after a failure that may pass: no connection, a broken one, a timeout, or a response with 408, 429,
   * 500, 502, 503 or 504.
   * @default 3
   */
  retries?: number | undefined
  /** How long to wait, in milliseconds. @default see its fields */
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
  if (!Number.isInteger(retries) || retries < 0) throw invalid('retries', retries, 'a whole number, 0 or more')
  checkOptionNames(timeout, TIMEOUT_NAMES, 'timeout')
  const resolved = { ...DEFAULT_TIMEOUTS }
  for (const name of TIMEOUT_NAMES as (keyof Timeouts)[]) {
    const value = timeout[name]
    if (value === undefined) continue
    // The limit of Node's timers.
    if (!(value > 0 && value < 2 ** 31)) throw invalid(`timeout.${name}`, value, 'a positive number of milliseconds')
    resolved[name] = value
  }
  return { retries, timeout: resolved }
}

function invalid(name: string, value: unknown, expected: string): ByteNiteError {
  return new ByteNiteError('INVALID_OPTION', `The option "${name}" is ${JSON.stringify(value) ?? String(value)}; expected ${expected}.`)
}
