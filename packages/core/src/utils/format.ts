/** Formats milliseconds as `60 s` or `0.25 s`. */
export function formatSeconds(milliseconds: number): string {
  return `${Number((milliseconds / 1000).toPrecision(2))} s`
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** Formats bytes as `999 B` or `1.5 kB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1)
  return `${power === 0 ? Math.round(bytes) : (bytes / 1000 ** power).toFixed(1)} ${UNITS[power]}`
}
