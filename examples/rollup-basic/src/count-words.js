/** The words of a text, most frequent first, as `[word, count]`. */
export function countWords(text) {
  const counts = new Map()
  for (const [word] of text.toLowerCase().matchAll(/\p{L}+/gu)) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
}
