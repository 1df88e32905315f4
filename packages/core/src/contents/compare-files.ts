import type { LineCount } from './count-lines.js'
import type { ArchivedFile } from './describe-archive.js'

/** What is different in one file. */
export interface FileChange {
  path: string
  kind: 'added' | 'removed' | 'changed'
  /** Bytes; `undefined` where there is no such file. */
  before: number | undefined
  after: number | undefined
  /** Whether the content is the same, and only one of them may be executed. */
  isModeOnly?: true
  /** Of a changed text that is not too large. */
  lines?: LineCount
}

/** What changed from one list of files to another, by path. */
export function compareFiles(before: readonly ArchivedFile[], after: readonly ArchivedFile[]): FileChange[] {
  const earlier = new Map(before.map((file) => [file.path, file]))
  const changes: FileChange[] = []
  for (const { path, size, hash, isExecutable } of after) {
    const old = earlier.get(path)
    earlier.delete(path)
    if (old === undefined) changes.push({ path, kind: 'added', before: undefined, after: size })
    else if (old.hash !== hash) changes.push({ path, kind: 'changed', before: old.size, after: size })
    else if (old.isExecutable !== isExecutable) changes.push({ path, kind: 'changed', before: size, after: size, isModeOnly: true })
  }
  for (const { path, size } of earlier.values()) changes.push({ path, kind: 'removed', before: size, after: undefined })
  return changes.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}
