import { dirname, relative, isAbsolute, sep } from 'node:path'

/** The nearest directory that holds all of these absolute directories; the one itself if there is one. */
export function commonDirectory(directories: readonly string[]): string {
  const [first = '', ...others] = directories
  let common = first
  while (!others.every((directory) => isWithin(common, directory))) common = dirname(common)
  return common
}

/** Whether `path` is `directory` or lies in it; both absolute. */
export function isWithin(directory: string, path: string): boolean {
  const way = relative(directory, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** The path of something within `directory`, with `/` between its parts; empty for the directory itself. */
export function pathWithin(directory: string, path: string): string {
  return relative(directory, path).split(sep).join('/')
}
