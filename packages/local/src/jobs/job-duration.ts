import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import { durationText } from '../utils/duration-text.js'

/** How long a job took, or has taken so far; empty before it starts. */
export function jobDuration({ submittedAt, endedAt, duration }: JobRecord): string {
  if (submittedAt === null) return ''
  return durationText(endedAt === null ? (Date.now() - Date.parse(submittedAt)) / 1000 : duration)
}
