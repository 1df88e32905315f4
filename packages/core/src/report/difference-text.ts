import type { ArchiveDifference } from '../compare/archive-difference.js'
import type { FieldChange } from '../contents/compare-fields.js'
import type { FileChange } from '../contents/compare-files.js'
import { plainText } from '../plain-text.js'
import { formatBytes } from '../utils/format.js'

/** What differs, a line for each file and each field, and one for the total. @param limit lines for files, and for fields */
export function differenceLines({ before, after, files, fields }: ArchiveDifference, limit: number = Infinity): string[] {
  return [
    ...limited((files ?? []).map(fileLine), limit, 'files'),
    ...limited(fields.map(fieldLine), limit, 'fields'),
    `total: ${totalOf(files)}; ${sizeOf(before.size)} → ${sizeOf(after.size)}`,
  ].map((line) => plainText(line))
}

function limited(lines: readonly string[], limit: number, what: string): string[] {
  if (lines.length <= limit) return [...lines]
  return [...lines.slice(0, limit), `… and ${lines.length - limit} more ${what}`]
}

function fileLine({ path, kind, before, after, isModeOnly, lines }: FileChange): string {
  if (kind === 'added') return `added ${path} (${formatBytes(after ?? 0)})`
  if (kind === 'removed') return `removed ${path} (${formatBytes(before ?? 0)})`
  if (isModeOnly === true) return `changed ${path} (only whether it may be executed)`
  const counted = lines === undefined ? '' : `, ${linesText(lines)}`
  return `changed ${path} (${formatBytes(before ?? 0)} → ${formatBytes(after ?? 0)}${counted})`
}

/** Such as `+3 −1 lines`. */
function linesText({ added, removed }: { added: number; removed: number }): string {
  const parts = [added > 0 && `+${added}`, removed > 0 && `−${removed}`].filter((part) => part !== false)
  return `${parts.join(' ')} ${added + removed === 1 ? 'line' : 'lines'}`
}

function fieldLine({ file, field, before, after }: FieldChange): string {
  if (before === undefined) return `added in ${file}: ${field} ${after}`
  if (after === undefined) return `removed from ${file}: ${field} ${before}`
  return `changed in ${file}: ${field} ${before} → ${after}`
}

function totalOf(files: readonly FileChange[] | undefined): string {
  if (files === undefined) return 'the files were not compared, because the archive is too large to be downloaded for that'
  const count = (kind: FileChange['kind']): number => files.filter((file) => file.kind === kind).length
  return `${count('changed')} changed, ${count('added')} added, ${count('removed')} removed`
}

function sizeOf(bytes: number | undefined): string {
  return bytes === undefined ? 'unknown size' : formatBytes(bytes)
}
