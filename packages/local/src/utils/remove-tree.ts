import { chmod, lstat, opendir, readdir, rm, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { inParallel } from './in-parallel.js'

/** Removes a directory with everything in it, also while processes that were killed let go of it. */
export async function removeTree(directory: string): Promise<void> {
  await removeFiles(directory)
  const options = { recursive: true, force: true, maxRetries: 3 }
  await rm(directory, options).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EACCES' && error.code !== 'EPERM') throw error
    // Nothing can be removed from a directory that its owner may not write to.
    await makeWritable(directory)
    await rm(directory, options)
  })
}

/** Files that are removed at once, and that are known before they are. */
const AT_ONCE = 8
const SLICE = 256

/**
 * Removes the files of a directory if that is easy. Node works on all files of a directory at once, and a hundred thousand of them
 * would leave nothing else a turn.
 */
async function removeFiles(directory: string): Promise<void> {
  try {
    // Of a link, only the link is removed.
    if (!(await lstat(directory)).isDirectory()) return
    let files: string[] = []
    for await (const entry of await opendir(directory, { bufferSize: SLICE })) {
      const path = join(directory, entry.name)
      if (entry.isDirectory()) await removeFiles(path)
      else if (files.push(path) === SLICE) await inParallel(files.splice(0), AT_ONCE, unlink)
    }
    await inParallel(files, AT_ONCE, unlink)
  } catch {
    // What is left is removed with the directories.
  }
}

async function makeWritable(directory: string): Promise<void> {
  try {
    await chmod(directory, 0o700)
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) await makeWritable(join(directory, entry.name))
    }
  } catch (error) {
    // The removal that failed goes on beside this, where it may.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
