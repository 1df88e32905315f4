import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * @typedef {object} DiskUse
 * @property {number} files with directories
 * @property {number} bytes of content
 * @property {number} taken bytes that the file system takes for the content, in whole blocks
 */

/**
 * What a file or a directory takes.
 * @param {string} path
 * @returns {Promise<DiskUse>}
 */
export async function diskUse(path) {
  const own = await lstat(path)
  const use = { files: 1, bytes: own.isFile() ? own.size : 0, taken: own.blocks * 512 }
  if (!own.isDirectory()) return use
  for await (const { name } of await opendir(path)) {
    const { files, bytes, taken } = await diskUse(join(path, name))
    use.files += files
    use.bytes += bytes
    use.taken += taken
  }
  return use
}
