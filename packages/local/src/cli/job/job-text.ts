import type { JobRecord } from 'bytenite-uploader/wire-jobs'

/** How many tasks are done, such as `3/5`; empty before there are any. */
export function tasksText({ tasks, numChunks }: JobRecord): string {
  return numChunks === 0 ? '' : `${tasks?.completed ?? 0}/${numChunks}`
}
