import { posix } from 'node:path'

/** Bytes that a name may have. */
const MAX_NAME = 255

/** A result of a task. */
export interface TaskFile {
  chunk: number
  /** Relative to the results of the task, with `/`. */
  path: string
}

/**
 * Under which names the results of all tasks come together. A path that only one task has is kept. Where several have the same,
 * each gets `_CHUNK` before its extension: `image.png` becomes `image_0.png`, `image_1.png`, … Should that be taken, `_2`, `_3`, …
 * follows. The same results always get the same names.
 * @param files in the order of the chunks
 */
export function nameResults<File extends TaskFile>(files: readonly File[]): Map<string, File> {
  const counts = new Map<string, number>()
  const directories = new Set<string>()
  for (const { path } of files) {
    counts.set(path, (counts.get(path) ?? 0) + 1)
    for (let parent = posix.dirname(path); parent !== '.'; parent = posix.dirname(parent)) directories.add(parent)
  }
  const isFree = (path: string): boolean => counts.get(path) === 1 && !directories.has(path)
  const named = new Map<string, File>()
  const clashing: File[] = []
  for (const file of files) {
    if (isFree(file.path)) named.set(file.path, file)
    else clashing.push(file)
  }
  for (const file of clashing) {
    let path = withSuffix(file.path, `_${file.chunk}`)
    for (let count = 2; named.has(path) || directories.has(path); count++) path = withSuffix(file.path, `_${file.chunk}_${count}`)
    named.set(path, file)
  }
  return named
}

function withSuffix(path: string, suffix: string): string {
  const { dir, name, ext } = posix.parse(path)
  let stem = name
  while (stem !== '' && Buffer.byteLength(`${stem}${suffix}${ext}`) > MAX_NAME) stem = [...stem].slice(0, -1).join('')
  return posix.join(dir, `${stem}${suffix}${ext}`)
}
