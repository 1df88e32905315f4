import { dirname, relative, isAbsolute, sep } from 'node:path'

/** The nearest common parent of absolute directories. For a single one, the directory itself. */
export function commonDirectory(directories: readonly string[]): string {
  const [first = '', ...others] = directories
  let common = first
  while (!others.every((directory) => isWithin(common, directory))) common = dirname(common)
  return common
}

/** Whether `path` is `directory` or inside it. Both must be absolute. */
export function isWithin(directory: string, path: string): boolean {
  const way = relative(directory, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** The path relative to `directory`, with `/` separators. Empty for the directory itself. */
export function pathWithin(directory: string, path: string): string {
  return relative(directory, path).split(sep).join('/')
}
