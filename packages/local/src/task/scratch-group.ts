import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { identifyProcess, isRunning, type ProcessIdentity } from 'bytenite-uploader/internal'
import { killGroup } from 'bytenite-uploader/internal/processes'

const NAME = 'process-group.json'

/** Notes in a scratch directory which process group runs for it, for the case that this process is killed and cannot end it. */
export function recordGroup(directory: string, pid: number): void {
  writeFileSync(join(directory, NAME), JSON.stringify(identifyProcess(pid)), { mode: 0o600 })
}

/** Kills the process group of a scratch directory, if it still runs. */
export function killRecordedGroup(directory: string): void {
  const identity = readIdentity(join(directory, NAME))
  // Without its start time, a process could be another one with the same id.
  if (identity?.startTime !== undefined && isRunning(identity)) killGroup(identity.pid)
}

function readIdentity(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity
  } catch {
    // None was started, or this is incomplete: the process was killed between the two.
    return undefined
  }
}
