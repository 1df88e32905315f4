import { realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/**
 * Where a path leads, through the links in it as far as anything is there.
 * @param path absolute
 */
export function realPlace(path: string): string {
  try {
    // The system's own function also knows how a name is really spelled, where case does not matter.
    return realpathSync.native(path)
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
  const parent = dirname(path)
  return parent === path ? path : join(realPlace(parent), basename(path))
}
