import picomatch from 'picomatch'

/**
 * Returns a function that tells whether a path matches these patterns. A pattern that starts with `!` removes paths the
 * others matched. If all patterns start with `!`, they remove from all paths. Dotfiles match like any other file, and so do
 * names with line breaks.
 */
export function createMatcher(patterns: readonly string[]): (path: string) => boolean {
  if (patterns.every((pattern) => pattern === '**')) return () => patterns.length > 0
  const ignore = patterns.filter(isNegation).map((pattern) => pattern.slice(1))
  const positive = patterns.filter((pattern) => !isNegation(pattern))
  return picomatch(positive.length === 0 && ignore.length > 0 ? ['**'] : positive, { dot: true, flags: 's', ignore })
}

/** `!(a|b)` is an extglob, not a negation. */
function isNegation(pattern: string): boolean {
  return /^!(?!\()/.test(pattern)
}
