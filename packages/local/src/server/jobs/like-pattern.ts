/**
 * Whether a text matches a pattern as SQL's LIKE has it, without regard to case: `%` is any text, `_` is any character.
 * Takes time in proportion to the product of both lengths at most, whatever the pattern.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  const [characters, parts] = [[...text.toLowerCase()], [...pattern.toLowerCase()]]
  let [at, part] = [0, 0]
  /** After the last `%`: where the pattern goes on, and where in the text it was tried. */
  let retry: { part: number; at: number } | undefined
  while (at < characters.length) {
    if (parts[part] === '%') {
      retry = { part: ++part, at }
    } else if (parts[part] === '_' || parts[part] === characters[at]) {
      at++
      part++
    } else if (retry !== undefined) {
      at = ++retry.at
      part = retry.part
    } else return false
  }
  return parts.slice(part).every((rest) => rest === '%')
}
