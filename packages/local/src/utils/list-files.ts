import { readdir } from 'node:fs/promises'
import { join, posix } from 'node:path'

/** The paths of all files below a directory, relative to it with `/`, in the order of their names; none if it does not exist. */
export async function listFiles(directory: string, prefix = ''): Promise<string[]> {
  const entries = await readdir(join(directory, prefix), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const paths: string[] = []
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = posix.join(prefix, entry.name)
    if (entry.isDirectory()) paths.push(...(await listFiles(directory, path)))
    else if (entry.isFile()) paths.push(path)
  }
  return paths
}
