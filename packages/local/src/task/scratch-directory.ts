import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atExit } from 'bytenite-uploader/internal/processes'
import { removeTree } from '../utils/remove-tree.js'
import { killRecordedGroup } from './scratch-group.js'
import { isAbandoned, markDirectory } from './scratch-marker.js'

const PREFIX = 'bytenite-local-'

/**
 * Creates a temporary directory, and removes it once `use` has ended, also when the process exits before. If it is
 * killed, {@link removeLeftovers} finds the directory.
 * @param use gets the directory's absolute path; the directory contains nothing but a marker file
 */
export async function withScratchDirectory<Result>(use: (directory: string) => Promise<Result>): Promise<Result> {
  const directory = create()
  const withdraw = atExit(() => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }))
  try {
    return await use(directory)
  } finally {
    await removeTree(directory)
    withdraw()
  }
}

/** Synchronous, so that next to nothing can happen between the directory and its marker. */
function create(): string {
  const directory = mkdtempSync(join(temporaryDirectory(), PREFIX))
  markDirectory(directory)
  return directory
}

/**
 * Removes the scratch directories of processes that were killed, and ends what these had started. Directories without a marker file stay, and so do those
 * of other users, other machines and running processes.
 * @param onWarning told of a directory that cannot be removed
 */
export async function removeLeftovers(onWarning: (message: string) => void): Promise<void> {
  for (const directory of await findScratchDirectories()) {
    try {
      if (!(await isAbandoned(directory))) continue
      killRecordedGroup(directory)
      await removeTree(directory)
    } catch (error) {
      // Another process may be removing it, too.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue
      onWarning(`Could not remove ${directory}, which an earlier process left behind: ${(error as Error).message}`)
    }
  }
}

async function findScratchDirectories(): Promise<string[]> {
  try {
    const parent = temporaryDirectory()
    return (await readdir(parent)).filter((name) => name.startsWith(PREFIX)).map((name) => join(parent, name))
  } catch (error) {
    // Commands that need no temporary directory work without one. Some systems do not let users list it.
    if (['ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
}

function temporaryDirectory(): string {
  return realpathSync.native(tmpdir())
}
