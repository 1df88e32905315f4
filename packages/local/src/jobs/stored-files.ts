import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { listFiles } from '../utils/list-files.js'
import type { StoredFile } from './jobs.js'

/**
 * The files below a directory; none if it does not exist.
 * @param only the name of the one file to look for
 */
export async function storedFiles(directory: string, only?: string): Promise<StoredFile[]> {
  const files: StoredFile[] = []
  for (const name of only === undefined ? await listFiles(directory) : [only]) {
    const file = join(directory, name)
    const size = await stat(file).then(
      (status) => status.size,
      (error: NodeJS.ErrnoException) => {
        // Removed since.
        if (error.code !== 'ENOENT') throw error
        return undefined
      },
    )
    if (size !== undefined) files.push({ name, file, size })
  }
  return files
}
