/** The name that a mistyped one most likely stands for; `undefined` if none is close. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const completed = names.find((name) => name.startsWith(typed))
  return completed ?? [1, 2].flatMap((edits) => names.filter((name) => isTypo(typed, name, edits)))[0]
}

/** One edit for each three letters: with more, short words turn into any others. */
function isTypo(typed: string, name: string, edits: number): boolean {
  return edits * 3 <= Math.max(typed.length, name.length) && isWithin(typed, name, edits)
}

/** Whether so many edits turn one word into the other. To insert, remove, replace or swap letters is one edit each. */
function isWithin(a: string, b: string, edits: number): boolean {
  if (a === b) return true
  if (edits === 0) return false
  let same = 0
  while (same < a.length && a[same] === b[same]) same++
  const [left, right] = [a.slice(same), b.slice(same)]
  const isSwapped = left[0] === right[1] && left[1] === right[0]
  return (
    isWithin(left.slice(1), right, edits - 1) ||
    isWithin(left, right.slice(1), edits - 1) ||
    isWithin(left.slice(1), right.slice(1), edits - 1) ||
    (isSwapped && isWithin(left.slice(2), right.slice(2), edits - 1))
  )
}
