import { closestMatch } from 'leven'
import { ByteNiteError } from '../errors.js'

/**
 * Lists the names of an interface's properties. The compiler checks that none is missing.
 * @example const NAMES = namesOf<RequestOptions>({ retries: true, timeout: true })
 */
export function namesOf<Options>(names: { readonly [Name in keyof Required<Options>]: true }): readonly string[] {
  return Object.keys(names)
}

/**
 * Rejects unknown names. Otherwise, a misspelled `exclude` would silently pack everything.
 * @param known all valid names
 * @param inside the option that contains them, such as `timeout`; empty at the top level
 * @throws {ByteNiteError} `INVALID_OPTION`, suggesting the closest name
 */
export function checkOptionNames(options: unknown, known: readonly string[], inside = ''): void {
  if (options === undefined) return
  const place = inside === '' ? 'The options' : `The option "${inside}"`
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ByteNiteError('INVALID_OPTION', `${place} must be an object.`)
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown === undefined) return
  const path = inside === '' ? unknown : `${inside}.${unknown}`
  const nearest = nearestName(unknown, known)
  throw new ByteNiteError('INVALID_OPTION', `Unknown option "${path}".`, {
    hint:
      nearest === undefined ? `Known options: ${known.join(', ')}.` : `Did you mean "${inside === '' ? nearest : `${inside}.${nearest}`}"?`,
  })
}

/** The known name that a mistyped one most likely means: spelt otherwise, with letters swapped, cut short, or with a slip or two. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const alike = known.find((candidate) => lettersOf(candidate) === lettersOf(name)) ?? known.find((candidate) => candidate.startsWith(name))
  // One slip for each three letters: with more, short words turn into any others.
  return alike ?? closestMatch(name, known, { maxDistance: Math.max(1, Math.floor(name.length / 3)) })
}

function lettersOf(name: string): string {
  return [...name.replace(/[_-]/g, '').toLowerCase()].toSorted().join('')
}
