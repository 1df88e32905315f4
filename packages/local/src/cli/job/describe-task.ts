import type { JobsApi } from 'bytenite-uploader'
import { formatTable, formatTime } from 'bytenite-uploader/internal/command-line'
import type { AttemptRecord, JobRecord } from 'bytenite-uploader/wire-jobs'
import { durationText } from '../../utils/duration-text.js'

const HEAD = ['ATTEMPT', 'STATE', 'WHERE', 'STARTED', 'RAN FOR', 'EXIT CODE', 'REASON']

/** The lines that show a task and its attempts. */
export async function describeTask(jobs: JobsApi, { id, waitsFor = '' }: JobRecord, chunk: number): Promise<string[]> {
  const { task, attempts } = await jobs.task(id, chunk)
  const isWaiting = task.startedAt === null && waitsFor !== ''
  const rows = [
    ['Task', `${chunk} of job ${id}`],
    ['State', task.state.toLowerCase()],
    ['Waits for', isWaiting ? waitsFor : ''],
  ]
  return [
    ...formatTable(rows.filter(([, value]) => value !== '')),
    ...(attempts.length === 0 ? [] : ['', ...formatTable([HEAD, ...attempts.map(rowOf)])]),
  ]
}

function rowOf({ attempt, state, place, startedAt, endedAt, exitCode, signal, reason }: AttemptRecord): string[] {
  const end = endedAt === null ? Date.now() : Date.parse(endedAt)
  const duration = durationText((end - Date.parse(startedAt)) / 1000)
  return [String(attempt), state, place || 'this machine', formatTime(startedAt), duration, signal ?? String(exitCode ?? ''), reason]
}
