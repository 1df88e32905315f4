import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildOutput } from './build-output.js'

/** An output directory that has nothing to publish, and why. */
export interface MissingDirectory {
  directory: string
  /** A clause. */
  reason: string
}

/** Finds the output directories that hold nothing of the build, now that other plugins are done with them. */
export async function findMissing({ directories, emptyDirectories, startedAt }: BuildOutput): Promise<MissingDirectory[]> {
  const missing: MissingDirectory[] = []
  for (const directory of directories) {
    if ((await stat(directory).catch(undefinedIfMissing)) === undefined) {
      const reason = emptyDirectories.includes(directory) ? 'the build wrote no files to it' : 'it was removed after it had been written'
      missing.push({ directory, reason })
    } else if (emptyDirectories.includes(directory) && !(await hasFileSince(directory, startedAt))) {
      missing.push({ directory, reason: 'the build wrote no files to it' })
    }
  }
  return missing
}

/** Other plugins, and Vite with its public directory, may put files into a directory that the bundler wrote nothing to. */
async function hasFileSince(directory: string, since: Date): Promise<boolean> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    if (entry.isDirectory()) continue
    // Not the time of modification, which some systems copy with a file.
    const stats = await stat(join(entry.parentPath, entry.name)).catch(undefinedIfMissing)
    if (stats !== undefined && stats.ctimeMs >= since.getTime()) return true
  }
  return false
}

function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
