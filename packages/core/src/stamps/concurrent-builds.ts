import { ByteNiteError } from '../errors.js'
import { findOverlaps, leaveStamps, type Activity, type OnUnprotected, type Stamp } from './build-stamps.js'

/** The options that concern the stamps of an output. */
export interface StampedOutput {
  /** Output directories; absolute. */
  directories: readonly string[]
  onWarning: OnUnprotected
}

/** Runs something during which other processes are told that this one uses the output. */
export async function whileStamped<Result>(output: StampedOutput, activity: Activity, run: () => Promise<Result>): Promise<Result> {
  const remove = leaveStamps(output.directories, activity, output.onWarning)
  try {
    return await run()
  } finally {
    remove()
  }
}

const REMEDY = 'Build one after the other, or give each build an output directory of its own.'

/**
 * Makes sure that no other process built into the output since this one left its stamps there.
 * @throws {ByteNiteError} `CONCURRENT_BUILD`
 */
export function refuseConcurrentBuilds({ directories, onWarning }: StampedOutput): void {
  const others = findOverlaps(directories, onWarning)
  if (others.length === 0) return
  throw new ByteNiteError(
    'CONCURRENT_BUILD',
    `${directories.join(', ')} may hold a mixture of several builds: ${describe(others)} built into it at the same time.`,
    { hint: REMEDY },
  )
}

/**
 * Makes sure that a record describes the output that it is written to.
 * @param tag what is published
 * @throws {ByteNiteError} `RECORD_NOT_WRITTEN`
 */
export function refuseRecordOfOther(tag: string, { directories, onWarning }: StampedOutput): void {
  const others = findOverlaps(directories, onWarning)
  if (others.length === 0) return
  throw new ByteNiteError(
    'RECORD_NOT_WRITTEN',
    `${tag} is published, but its record was not written: ${describe(others)} began to build into ${directories.join(', ')} meanwhile.`,
    { hint: REMEDY },
  )
}

function describe(others: readonly Stamp[]): string {
  const names = others.map(({ pid, program, since }) => `process ${pid} (${program}, since ${new Date(since).toTimeString().slice(0, 8)})`)
  return names.join(' and ')
}
