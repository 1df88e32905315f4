import type { JobRecord, TaskRecord } from 'bytenite-uploader/wire-jobs'
import { isRunAgain, taskGroup } from './job-states.js'

/** Spans of time for which the tasks are counted. */
export const COLUMNS = 240
/** Tasks that are drawn one by one. */
export const MAX_ROWS = 60

/** A task's time as shares of the whole, from 0 to 1. */
interface TimelineRow {
  chunk: number
  state: TaskRecord['state']
  started: number
  ended: number
  /** Milliseconds that it ran. */
  duration: number
}

export interface Timeline {
  /** When the tasks could start, and when the last one ended, or now. Milliseconds since 1970. */
  start: number
  end: number
  /** On average in each span of time. */
  running: number[]
  /** At the end of each. */
  waiting: number[]
  /** The most that ran at once. */
  peak: number
  /** The tasks that took longest, by when they started. */
  rows: TimelineRow[]
  count: number
}

/**
 * Of the current run: a task that kept its result when the others ran again is not in it.
 * @returns `undefined` before a task has started
 */
export function timelineOf(job: JobRecord, tasks: readonly TaskRecord[]): Timeline | undefined {
  const ready = job.stateTimestamps.JOB_STATE_PARTITIONED
  if (ready === undefined) return undefined
  const until = job.endedAt === null ? Date.now() : Date.parse(job.endedAt)
  // One that waits to be tried again has the times of its last attempt.
  const [waiting, begun] = [tasks.filter(isWaiting), tasks.filter((task) => task.startedAt !== null && !isWaiting(task))]
  const spans = begun.map((task) => spanOf(task, until)).filter(({ to }) => !isRunAgain(job) || to >= Date.parse(ready))
  if (spans.length === 0) return undefined
  const start = spans.reduce((least, { from }) => Math.min(least, from), Date.parse(ready))
  const end = Math.max(
    start + 1,
    spans.reduce((most, { to }) => Math.max(most, to), start),
  )
  const share = (time: number): number => (time - start) / (end - start)
  const begunBy = countBegun(spans.map(({ from }) => share(from)))
  const rows = spans
    .toSorted((a, b) => b.to - b.from - (a.to - a.from))
    .slice(0, MAX_ROWS)
    .toSorted((a, b) => a.from - b.from || a.task.chunk - b.task.chunk)
  return {
    start,
    end,
    running: averages(spans.map(({ from, to }) => [share(from), share(to)])),
    waiting: begunBy.map((number) => waiting.length + spans.length - number),
    peak: peakOf(spans),
    rows: rows.map(({ task: { chunk, state }, from, to }) => ({
      chunk,
      state,
      started: share(from),
      ended: share(to),
      duration: to - from,
    })),
    count: spans.length,
  }
}

interface Span {
  task: TaskRecord
  from: number
  to: number
}

function isWaiting({ state }: TaskRecord): boolean {
  return taskGroup(state) === 'waiting'
}

/** @param until when a task ends at the latest that has not ended */
function spanOf(task: TaskRecord, until: number): Span {
  const from = Date.parse(task.startedAt ?? '')
  return { task, from, to: Math.max(from, task.completedAt === null ? until : Date.parse(task.completedAt)) }
}

/** How many spans there are in each column, on average. */
function averages(spans: readonly (readonly [number, number])[]): number[] {
  /** How many there are more or less from a column on, and those that take only a part of one. */
  const [changes, parts] = [new Float64Array(COLUMNS + 1), new Float64Array(COLUMNS)]
  for (const [from, to] of spans) {
    const [first, last] = [columnOf(from), columnOf(to)]
    ;(parts[first] as number) -= from * COLUMNS - first
    ;(parts[last] as number) += to * COLUMNS - last
    ;(changes[first] as number)++
    ;(changes[last] as number)--
  }
  let sum = 0
  return Array.from(parts, (part, column) => (sum += changes[column] as number) + part)
}

/** How many have begun by the end of each column. */
function countBegun(starts: readonly number[]): number[] {
  const changes = new Float64Array(COLUMNS)
  for (const start of starts) (changes[columnOf(start)] as number)++
  let sum = 0
  return Array.from(changes, (change) => (sum += change))
}

function columnOf(share: number): number {
  return Math.min(COLUMNS - 1, Math.max(0, Math.floor(share * COLUMNS)))
}

/** Counted exactly: within one point in time, tasks may follow one another. */
function peakOf(spans: readonly Span[]): number {
  const [starts, ends] = [Float64Array.from(spans, ({ from }) => from).toSorted(), Float64Array.from(spans, ({ to }) => to).toSorted()]
  let [peak, ended] = [0, 0]
  for (const [started, time] of starts.entries()) {
    while ((ends[ended] as number) <= time && ended < started) ended++
    peak = Math.max(peak, started + 1 - ended)
  }
  return peak
}
