import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { killGroup } from 'bytenite-uploader/internal/processes'
import { identifyProcess, isRunning, type ProcessIdentity } from 'bytenite-uploader/internal'
import { batchOfDirectory } from './attempt-directory.js'
import { canFindProcesses, type AttemptProcesses } from './attempt-processes.js'

const NAME = 'process.json'

/**
 * Remembers the first process of an attempt, for the case that this process is killed and cannot end it. Where processes are found
 * by their environment, that is not needed.
 */
export function recordProcess(directory: string, pid: number): void {
  if (canFindProcesses) return
  writeFileSync(join(directory, NAME), JSON.stringify(identifyProcess(pid)), { mode: 0o600 })
}

/** The batches of attempts that have a directory or processes. */
export async function findBatches(root: string, processes: AttemptProcesses): Promise<string[]> {
  const names = [...readdirSync(root), ...(await processes.find()).keys()]
  return [...new Set(names.map(batchOfDirectory))].filter((id) => id !== '')
}

/** Kills what an earlier run of the platform has left of a batch: process groups, and processes that left them. */
export async function endLeftBehind(root: string, batchId: string, processes: AttemptProcesses): Promise<void> {
  const names = new Set([...readdirSync(root), ...(await processes.find()).keys()])
  for (const name of names) {
    if (batchOfDirectory(name) !== batchId) continue
    const identity = readIdentity(join(root, name, NAME))
    if (identity !== undefined && isRunning(identity)) killGroup(identity.pid)
    await processes.kill(name)
  }
}

function readIdentity(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity
  } catch {
    // It was not started, or is incomplete: the platform was killed between the two.
    return undefined
  }
}
