import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { waitFor } from './wait-for.ts'

/**
 * Saves a source that a watcher watches until that shows an effect, less and less often: bundlers begin to watch some
 * time after the first build, and say nothing of it. A file is replaced as a whole, because a watcher may build one that
 * is half written.
 * @param effect what is waited for, for the error of a wait in vain
 */
export async function saveUntil(
  effect: string,
  isThere: () => boolean | Promise<boolean>,
  file: { root: string; path: string; content: string },
): Promise<void> {
  const { root, path, content } = file
  const temporary = join(root, 'saved.tmp')
  let pause = 500
  let nextSave = performance.now()
  await waitFor(
    `${effect}, after ${path} was saved`,
    async () => {
      if (await isThere()) return true
      if (performance.now() < nextSave) return false
      await writeFile(temporary, content)
      await rename(temporary, join(root, path))
      pause *= 2
      nextSave = performance.now() + pause
      return false
    },
    { timeout: 60_000 },
  )
}
