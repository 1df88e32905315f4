/** How many lines of a text differ. */
export interface LineCount {
  added: number
  removed: number
}

/** Milliseconds that finding the lines of one file may take. */
const PATIENCE = 1_000

/** Counts the lines that differ. @returns `undefined` for texts that differ too much to tell soon */
export async function countLines(before: string, after: string): Promise<LineCount | undefined> {
  // Here, so that nothing else pays for loading it.
  const { diffLines } = await import('diff')
  const parts = diffLines(before, after, { timeout: PATIENCE })
  if (parts === undefined) return undefined
  const count = (kind: 'added' | 'removed'): number => parts.reduce((sum, part) => (part[kind] ? sum + part.count : sum), 0)
  return { added: count('added'), removed: count('removed') }
}
