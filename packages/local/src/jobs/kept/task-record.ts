import type { TaskRecord } from 'bytenite-uploader/wire-jobs'
import type { TaskTable } from './task-table.js'

export function toTaskRecord(jobId: string, chunk: number, tasks: TaskTable): TaskRecord {
  return {
    id: `${jobId}-${chunk}`,
    jobId,
    chunk,
    state: tasks.state(chunk),
    startedAt: toTime(tasks.startedAt(chunk)),
    completedAt: toTime(tasks.endedAt(chunk)),
    attempts: tasks.attempts(chunk),
  }
}

function toTime(milliseconds: number): string | null {
  return milliseconds === 0 ? null : new Date(milliseconds).toISOString()
}
