import { plainText } from '../plain-text.js'

/** Lays out rows in columns, a line for each row. */
export function formatTable(rows: readonly (readonly string[])[]): string[] {
  const safe = rows.map((row) => row.map((cell) => plainText(cell)))
  const widths = safe.reduce<number[]>((found, row) => row.map((cell, column) => Math.max(cell.length, found[column] ?? 0)), [])
  return safe.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** Such as `2026-11-25 10:30 UTC`. @param time an RFC 3339 time in UTC */
export function formatTime(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`
}
