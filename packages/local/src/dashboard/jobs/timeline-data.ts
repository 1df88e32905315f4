import type { JobRecord, TaskRecord } from 'bytenite-uploader/wire-jobs'

/** Points in time for which the tasks are counted. */
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
  /** At each point in time. */
  running: number[]
  waiting: number[]
  /** The most that ran at once. */
  peak: number
  /** The tasks that took longest, by when they started. */
  rows: TimelineRow[]
  count: number
}

/** @returns `undefined` before a task has started */
export function timelineOf(job: JobRecord, tasks: readonly TaskRecord[]): Timeline | undefined {
  const ready = job.stateTimestamps.JOB_STATE_PARTITIONED
  const begun = tasks.filter(({ startedAt }) => startedAt !== null)
  if (ready === undefined || begun.length === 0) return undefined
  const now = Date.now()
  const spans = begun.map((task) => spanOf(task, now))
  const start = spans.reduce((least, { from }) => Math.min(least, from), Date.parse(ready))
  const end = Math.max(
    start + 1,
    spans.reduce((most, { to }) => Math.max(most, to), start),
  )
  const share = (time: number): number => (time - start) / (end - start)
  const running = count(spans.map(({ from, to }) => [share(from), share(to)]))
  const begunBy = count(spans.map(({ from }) => [share(from), 1]))
  const rows = spans
    .toSorted((a, b) => b.to - b.from - (a.to - a.from))
    .slice(0, MAX_ROWS)
    .toSorted((a, b) => a.from - b.from || a.task.chunk - b.task.chunk)
  return {
    start,
    end,
    running,
    waiting: begunBy.map((number) => tasks.length - number),
    peak: peakOf(spans),
    rows: rows.map(({ task: { chunk, state }, from, to }) => ({
      chunk,
      state,
      started: share(from),
      ended: share(to),
      duration: to - from,
    })),
    count: begun.length,
  }
}

interface Span {
  task: TaskRecord
  from: number
  to: number
}

function spanOf(task: TaskRecord, now: number): Span {
  const from = Date.parse(task.startedAt ?? '')
  return { task, from, to: task.completedAt === null ? now : Math.max(from, Date.parse(task.completedAt)) }
}

/** How many spans there are at each point in time. */
function count(spans: readonly (readonly [number, number])[]): number[] {
  const changes = new Float64Array(COLUMNS + 1)
  const columnOf = (share: number): number => Math.min(COLUMNS - 1, Math.max(0, Math.floor(share * COLUMNS)))
  for (const [from, to] of spans) {
    ;(changes[columnOf(from)] as number)++
    ;(changes[columnOf(to) + 1] as number)--
  }
  let sum = 0
  return Array.from(changes.subarray(0, COLUMNS), (change) => (sum += change))
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
