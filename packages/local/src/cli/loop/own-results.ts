import { lstatSync } from 'node:fs'
import { rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobsApi } from 'bytenite-uploader'
import type { JobResult } from 'bytenite-uploader/wire-jobs'
import { createResultsDirectory, downloadResults } from '../job/results.js'

/** The results of one job after the other in a directory, of which each takes the place of the one before. All other files stay. */
export class OwnResults {
  readonly directory: string
  /** What was written here, by its name, with how it was then. */
  readonly #written = new Map<string, string>()

  constructor(directory: string) {
    this.directory = directory
  }

  /**
   * Removes the results of the job before that this one does not have, and downloads those that it has. A file that somebody has changed or
   * replaced meanwhile is not removed.
   * @throws as {@link downloadResults}
   */
  async replace(jobs: JobsApi, results: readonly JobResult[]): Promise<void> {
    const names = new Set(results.map(({ name }) => name))
    // First, because a directory may stand where a file comes now. In it, what is deeper has the greater name.
    for (const name of [...this.#written.keys()].toSorted().toReversed()) if (!names.has(name)) await this.#remove(name)
    await createResultsDirectory(this.directory)
    await downloadResults(jobs, results, this.directory, (name) => this.#note(name))
  }

  #note(name: string): void {
    this.#written.set(name, stateOf(join(this.directory, name)))
  }

  async #remove(name: string): Promise<void> {
    const path = join(this.directory, name)
    const [before, now] = [this.#written.get(name), stateOf(path)]
    if (now === DIRECTORY && before === DIRECTORY) {
      // A directory with anything in it stays.
      if (await isRemoved(rmdir(path))) this.#written.delete(name)
      return
    }
    this.#written.delete(name)
    if (now === before) await rm(path, { force: true })
  }
}

const DIRECTORY = 'directory'

/** Tells a file from what somebody makes of it; empty if there is none. */
function stateOf(path: string): string {
  const status = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  if (status === undefined) return ''
  return status.isDirectory() ? DIRECTORY : [status.ino, status.size, status.mtimeNs].join(' ')
}

async function isRemoved(removal: Promise<void>): Promise<boolean> {
  return removal.then(
    () => true,
    () => false,
  )
}
