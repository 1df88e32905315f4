/** How many lines of a text differ. */
export interface LineCount {
  added: number
  removed: number
}

/** Milliseconds that finding the lines of one file may take, and those of all. */
const PATIENCE = 1_000
const WHOLE_PATIENCE = 5_000

/**
 * Counts the lines that differ, of one text after the other.
 * @returns `undefined` for texts that differ too much to tell soon, and for all texts once that took too long altogether
 */
export type LineCounter = (before: string, after: string) => Promise<LineCount | undefined>

/** @param patience milliseconds that all texts together may take */
export function createLineCounter(patience: number = WHOLE_PATIENCE): LineCounter {
  let left = patience
  return async (before, after) => {
    if (left <= 0) return undefined
    const start = performance.now()
    const count = await countLines(before, after, Math.min(left, PATIENCE))
    left -= performance.now() - start
    return count
  }
}

async function countLines(before: string, after: string, timeout: number): Promise<LineCount | undefined> {
  // Here, so that nothing else pays for loading it.
  const { diffLines } = await import('diff')
  const parts = diffLines(before, after, { timeout })
  if (parts === undefined) return undefined
  const count = (kind: 'added' | 'removed'): number => parts.reduce((sum, part) => (part[kind] ? sum + part.count : sum), 0)
  return { added: count('added'), removed: count('removed') }
}
