/** Words with the number of times that each occurs. */
export type Counts = [word: string, count: number][]

/** Counts the words of a text: letters in a row, in lower case. */
export function countWords(text: string): Counts {
  const counts = new Map<string, number>()
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{M}]+/gu)) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts]
}
