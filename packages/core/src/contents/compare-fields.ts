import { isDeepStrictEqual } from 'node:util'

/** A field of a JSON file that differs. */
export interface FieldChange {
  /** The file, such as `manifest.json`. */
  file: string
  /** Its place, such as `platform_config.container`. */
  field: string
  /** JSON; `undefined` where there is no such field. A secret is shown as `(hidden)`. */
  before: string | undefined
  after: string | undefined
}

/** The token for a private registry. */
const SECRET = /(?:^|\.)token(?:\.|$)/i

/** What differs between two JSON values, down to the innermost objects; arrays as a whole. */
export function compareFields(file: string, before: unknown, after: unknown): FieldChange[] {
  const [earlier, later] = [flatten(before), flatten(after)]
  const fields = new Set([...earlier.keys(), ...later.keys()])
  return [...fields].toSorted().flatMap((field) => {
    if (isDeepStrictEqual(earlier.get(field), later.get(field))) return []
    return [{ file, field, before: shown(field, earlier.get(field)), after: shown(field, later.get(field)) }]
  })
}

function flatten(value: unknown, path = '', found = new Map<string, unknown>()): Map<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
    for (const [key, inner] of Object.entries(value)) flatten(inner, path === '' ? key : `${path}.${key}`, found)
  } else if (value !== undefined && path !== '') found.set(path, value)
  return found
}

function shown(field: string, value: unknown): string | undefined {
  if (value === undefined) return undefined
  return SECRET.test(field) ? '(hidden)' : JSON.stringify(value)
}
