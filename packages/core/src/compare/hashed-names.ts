import type { FileChange } from '../contents/compare-files.js'

/** The hash in a file's name, such as `main-B3x_8aQz.js`, as bundlers write it. */
export const NAMED_BY_HASH: RegExp = /([-.])[\w-]{8}(?=\.(?:[cm]?js|css|json|wasm|map)\b)/g

/** Files that were removed, and those that came in their place: their names differ only in the hash of their content. */
export function pairHashedNames(changes: readonly FileChange[]): Map<string, string> {
  const removed = new Map<string, string>()
  const pairs = new Map<string, string>()
  for (const { path, kind } of changes) if (kind === 'removed' && withoutHash(path) !== path) removed.set(withoutHash(path), path)
  for (const { path, kind } of changes) {
    const before = removed.get(withoutHash(path))
    if (kind === 'added' && before !== undefined) pairs.set(before, path)
  }
  return pairs
}

function withoutHash(path: string): string {
  return path.replace(NAMED_BY_HASH, '$1<hash>')
}
