import type { ArchivedFile } from './list-files.js'

/** What is different in one file. */
export interface FileChange {
  path: string
  kind: 'added' | 'removed' | 'changed'
  /** Bytes; `undefined` where there is no such file. */
  before: number | undefined
  after: number | undefined
}

/** What changed from one list of files to another, by path. */
export function compareFiles(before: readonly ArchivedFile[], after: readonly ArchivedFile[]): FileChange[] {
  const earlier = new Map(before.map((file) => [file.path, file]))
  const changes: FileChange[] = []
  for (const { path, size, hash, isExecutable } of after) {
    const old = earlier.get(path)
    earlier.delete(path)
    if (old === undefined) changes.push({ path, kind: 'added', before: undefined, after: size })
    else if (old.hash !== hash || old.isExecutable !== isExecutable) changes.push({ path, kind: 'changed', before: old.size, after: size })
  }
  for (const { path, size } of earlier.values()) changes.push({ path, kind: 'removed', before: size, after: undefined })
  return changes.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}
