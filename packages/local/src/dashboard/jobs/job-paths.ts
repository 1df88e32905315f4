import type { LogSource } from '../../jobs/jobs.js'

export function jobPath(id: string): string {
  return `/jobs/${id}`
}

export function taskPath(id: string, chunk: number): string {
  return `/jobs/${id}/tasks/${chunk}`
}

/** The partitioner or the assembler of a job. */
export function enginePath(id: string, part: 'partitioner' | 'assembler'): string {
  return `/jobs/${id}/${part}`
}

/** Streams the lines of a log to a page. */
export function logPath(id: string, source: LogSource): string {
  return `/jobs/${id}/log?${queryOf(source)}`
}

/** The log as a file. */
export function logDownload(id: string, source: LogSource): string {
  return `/jobs/${id}/log.txt?${queryOf(source)}`
}

function logQuery({ part, chunk, attempt }: LogSource): Record<string, string> {
  return {
    part,
    ...(chunk !== undefined && { chunk: String(chunk) }),
    ...(attempt !== undefined && { attempt: String(attempt) }),
  }
}

function queryOf(source: LogSource): string {
  return new URLSearchParams(logQuery(source)).toString()
}

/** A file of a job's results, to look at (`view`) or as it is. */
export function resultPath(id: string, name: string, kind: 'view' | 'raw'): string {
  return `/jobs/${id}/results/${kind}/${name.split('/').map(encodeURIComponent).join('/')}`
}

/** A file of a task: its chunk, or one of its results. */
export function taskFilePath(id: string, chunk: number, name: string | undefined, kind: 'view' | 'raw'): string {
  const file = name === undefined ? 'chunk' : `results/${name.split('/').map(encodeURIComponent).join('/')}`
  return `${taskPath(id, chunk)}/${kind}/${file}`
}
