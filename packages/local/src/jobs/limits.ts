/** What a job may use. Whatever is too large is refused or cut, and says so. */
export interface JobLimits {
  /** Bytes of the log of one attempt; what comes after is left out. @default 50 MB */
  log: number
  /** Bytes of the results of one task. @default 10 GB */
  taskResults: number
  /** Bytes of all chunks, of all results, and of the output of a job, each. @default 100 GB */
  jobResults: number
  /** Bytes of a job's source. @default 100 GB */
  source: number
  /** Milliseconds that the download of a source may take. @default 6 hours */
  sourceTime: number
  /** @default 1,000,000 */
  chunks: number
}

const GIGABYTE = 1e9
const HOUR = 3_600_000

export const DEFAULT_LIMITS: JobLimits = {
  log: 50e6,
  taskResults: 10 * GIGABYTE,
  jobResults: 100 * GIGABYTE,
  source: 100 * GIGABYTE,
  sourceTime: 6 * HOUR,
  chunks: 1_000_000,
}

/** Such as `50 MB`. */
export function showSize(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1)
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`
}
