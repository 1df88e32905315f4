import { formatBytes } from 'bytenite-uploader/internal'
import {
  compareFiles,
  createLineCounter,
  type FileChange,
  type LineCount,
  type LineCounter,
} from 'bytenite-uploader/internal/archive-contents'
import type { Snapshot } from './snapshot.js'

/** Results that are named one by one. */
const FEW = 20

/** What changed from the results of one job to those of the next. @returns lines: a summary, then a line for each of the first changes */
export async function describeChanges(before: Snapshot, after: Snapshot): Promise<string[]> {
  const changes = compareFiles(before.files, after.files)
  if (changes.length === 0) return [`the same results (${filesText(after.files.length)})`]
  const lines: string[] = []
  const countLines = createLineCounter()
  for (const change of changes.slice(0, FEW)) {
    lines.push(`  ${change.kind.padEnd('removed'.length)}  ${change.path}  ${await detailsOf(change, before, after, countLines)}`)
  }
  if (changes.length > FEW) lines.push(`  … and ${changes.length - FEW} more`)
  return [summary(changes), ...lines]
}

/** The results of the first job. */
export function describeFirst({ files }: Snapshot): string[] {
  const named = files.toSorted((a, b) => (a.path < b.path ? -1 : 1)).slice(0, FEW)
  return [
    filesText(files.length),
    ...named.map(({ path, size }) => `  ${path}  ${formatBytes(size)}`),
    ...(files.length > FEW ? [`  … and ${files.length - FEW} more`] : []),
  ]
}

function filesText(count: number): string {
  return count === 1 ? '1 result' : `${count} results`
}

function summary(changes: readonly FileChange[]): string {
  const counts = (['changed', 'added', 'removed'] as const).map((kind) => [changes.filter((change) => change.kind === kind).length, kind])
  const texts = counts.filter(([count]) => count !== 0).map(([count, kind]) => `${count} ${kind}`)
  return `results: ${texts.join(', ')}`
}

async function detailsOf(
  { path, before, after }: FileChange,
  earlier: Snapshot,
  later: Snapshot,
  countLines: LineCounter,
): Promise<string> {
  if (before === undefined || after === undefined) return formatBytes(after ?? before ?? 0)
  const [old, text] = [earlier.texts.get(path), later.texts.get(path)]
  const lines = old === undefined || text === undefined ? undefined : await countLines(old, text)
  const [from, to] = [formatBytes(before), formatBytes(after)]
  const sizes = from === to ? to : `${from} → ${to}`
  return lines === undefined ? sizes : `${sizes}, ${linesText(lines)}`
}

function linesText({ added, removed }: LineCount): string {
  if (added === 0) return `${countText(removed)} removed`
  if (removed === 0) return `${countText(added)} added`
  return added === removed ? `${countText(added)} changed` : `${countText(added)} added, ${removed} removed`
}

function countText(lines: number): string {
  return lines === 1 ? '1 line' : `${lines} lines`
}
