import type { ArchivedFile } from '../../contents/describe-archive.js'

/** A folder of an archive, and all that is below it. */
export interface Folder {
  /** With `/` at its end; `''` for the root. */
  path: string
  /** Bytes of all files below it. */
  size: number
  /** Number of all files below it. */
  files: number
}

/** The folders of an archive, each before what is in it. */
export function foldersOf(files: readonly ArchivedFile[]): Folder[] {
  const folders = new Map<string, Folder>()
  for (const { path, size } of files) {
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
      const folder = folders.get(path.slice(0, end + 1)) ?? { path: path.slice(0, end + 1), size: 0, files: 0 }
      folder.size += size
      folder.files += 1
      folders.set(folder.path, folder)
    }
  }
  return [...folders.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1))
}
