import { closestMatch } from 'leven'

/** The name that a mistyped one most likely means: the one that it begins, or one with a slip for each three letters. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const begun = names.find((name) => name.startsWith(typed))
  return begun ?? closestMatch(typed, names, { maxDistance: Math.max(1, Math.floor(typed.length / 3)) })
}
