import { stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { listFiles } from '../../utils/list-files.js'
import type { StoredFile } from '../jobs.js'

/**
 * The files below a directory; none if it does not exist.
 * @param only the name of the one file to look for. It may come from outside: none finds a file elsewhere.
 */
export async function storedFiles(directory: string, only?: string): Promise<StoredFile[]> {
  if (only !== undefined && !canBeName(only)) return []
  const files: StoredFile[] = []
  for (const name of only === undefined ? await listFiles(directory) : [only]) {
    const file = join(directory, name)
    const size = await stat(file).then(
      (status) => (status.isFile() ? status.size : undefined),
      (error: NodeJS.ErrnoException) => {
        // Removed since, or never there.
        if (!ABSENT.has(error.code ?? '')) throw error
        return undefined
      },
    )
    if (size !== undefined) files.push({ name, file, size })
  }
  return files
}

const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'])

/** Characters that no name has. Windows would take some of them for the way to another directory. */
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = sep === '\\' ? /[\0\\:]/ : /\0/

/** Whether this can be the name of a stored file: a path that leads down only, and is written in the one way that is used here. */
function canBeName(name: string): boolean {
  return !FORBIDDEN.test(name) && name.split('/').every((part) => !['', '.', '..'].includes(part))
}
