import type { ArchiveDifference } from '../../compare/archive-difference.js'

/** A difference as JSON, in which a field that has no value is `null`. */
export function differenceJson({ isSame, before, after, files, fields }: ArchiveDifference): object {
  return withNulls({
    same: isSame,
    before,
    after,
    files: files?.map(({ path, kind, before: from, after: to, isModeOnly, lines }) => ({
      path,
      kind,
      before: from,
      after: to,
      modeOnly: isModeOnly === true,
      lines,
    })),
    fields,
  }) as object
}

/** JSON has no `undefined`: what is not known would be missing. */
function withNulls(value: unknown): unknown {
  if (value === undefined) return null
  if (Array.isArray(value)) return value.map(withNulls)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withNulls(inner)]))
}
