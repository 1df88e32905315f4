import { formatDuration } from 'bytenite-uploader/internal'
import type { JobRecord } from 'bytenite-uploader/wire-jobs'

/** How many tasks are done, such as `3/5`; empty before there are any. */
export function tasksText({ tasks, numChunks }: JobRecord): string {
  return numChunks === 0 ? '' : `${tasks?.completed ?? 0}/${numChunks}`
}

/** How long a job took, or has taken so far; empty before it starts. */
export function durationText({ submittedAt, endedAt, duration }: JobRecord): string {
  if (submittedAt === null) return ''
  const seconds = endedAt === null ? (Date.now() - Date.parse(submittedAt)) / 1000 : duration
  return seconds < 10 ? `${Math.max(0, seconds).toFixed(1)} s` : formatDuration(seconds)
}
