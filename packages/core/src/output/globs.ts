import picomatch from 'picomatch'

/**
 * Whether a path matches one of these patterns, and none of those that begin with `!`. Those alone take away from
 * everything. Names that begin with a dot, or have line breaks in them, are names like all others.
 */
export function createMatcher(patterns: readonly string[]): (path: string) => boolean {
  const ignore = patterns.filter(isNegation).map((pattern) => pattern.slice(1))
  const positive = patterns.filter((pattern) => !isNegation(pattern))
  return picomatch(positive.length === 0 && ignore.length > 0 ? ['**'] : positive, { dot: true, flags: 's', ignore })
}

/** `!(a|b)` is a pattern of its own. */
function isNegation(pattern: string): boolean {
  return /^!(?!\()/.test(pattern)
}
