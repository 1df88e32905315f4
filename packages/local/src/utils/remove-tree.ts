import { chmod, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Removes a directory with everything in it, also while processes that were killed let go of it. */
export async function removeTree(directory: string): Promise<void> {
  const options = { recursive: true, force: true, maxRetries: 3 }
  await rm(directory, options).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EACCES' && error.code !== 'EPERM') throw error
    // Nothing can be removed from a directory that its owner may not write to.
    await makeWritable(directory)
    await rm(directory, options)
  })
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
