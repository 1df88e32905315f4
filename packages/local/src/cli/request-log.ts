import { closeSync, openSync, writeSync } from 'node:fs'
import type { RequestLogEntry } from '../http/request-log.js'
import { warn } from './warn.js'

/** A log of requests, a line of JSON for each. */
export interface RequestLogFile {
  write(entry: RequestLogEntry): void
  close(): void
}

/**
 * Opens a log that lines are added to.
 * @param file path, or `-` for the standard output
 * @throws {Error} when it cannot be written
 */
export function openRequestLog(file: string): RequestLogFile {
  if (file === '-') return loggingTo((line) => process.stdout.write(line))
  const descriptor = openLog(file)
  // Written at once, so that neither a crash nor a slow disk loses lines or keeps them in memory.
  return loggingTo(
    (line) => writeSync(descriptor, line),
    () => closeSync(descriptor),
  )
}

function openLog(file: string): number {
  try {
    return openSync(file, 'a', 0o600)
  } catch (error) {
    throw new Error(`Cannot write the log of requests: ${(error as Error).message}`, { cause: error })
  }
}

/** A log that fails, on a full disk say, is reported once until it works again, and keeps no request from its response. */
function loggingTo(writeLine: (line: string) => void, close: () => void = () => {}): RequestLogFile {
  let hasFailed = false
  return {
    write(entry) {
      try {
        writeLine(`${JSON.stringify(entry)}\n`)
        hasFailed = false
      } catch (error) {
        if (!hasFailed) warn(`Cannot write the log of requests: ${(error as Error).message}`)
        hasFailed = true
      }
    },
    close,
  }
}
