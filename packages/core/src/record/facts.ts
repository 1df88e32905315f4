import { plainText } from '../plain-text.js'
import type { AppRecord } from '../wire.js'

/** Characters. Platforms keep the fields of a record shorter. */
const MAX_LENGTH = 100

/** A record's field for a message: safe to print, and not longer than a line. */
export function fieldText(value: unknown): string {
  const text = String(value)
  return plainText(text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text)
}

/** The exact tag of what a record describes: `name@MAJOR.MINOR`. Unlike {@link fieldText}, not made safe to print. */
export function tagOf({ name, version }: AppRecord): string {
  return `${name}@${version}`
}

/** A record's revision and status for a message, if it has them: `revision 1`, `inactive`. */
export function factsOf({ revision, status }: AppRecord): string[] {
  const facts = [revision && `revision ${fieldText(revision)}`, status && fieldText(status)]
  return facts.filter((fact): fact is string => Boolean(fact))
}
