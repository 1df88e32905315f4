import type { Counts } from './count-words.js'

/** Adds up counts. The most frequent word comes first; words that are as frequent are in alphabetical order. */
export async function mergeCounts(results: AsyncIterable<Counts> | Iterable<Counts>): Promise<Counts> {
  const total = new Map<string, number>()
  for await (const counts of results) {
    for (const [word, count] of counts) total.set(word, (total.get(word) ?? 0) + count)
  }
  return [...total].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
}
