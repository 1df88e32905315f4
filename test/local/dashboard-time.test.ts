import type { JobRecord, TaskRecord } from 'bytenite-uploader/wire-jobs'
import { expect, test } from 'vitest'
import { phasesOf, taskStatistics } from '../../packages/local/dist/dashboard/jobs/statistics.js'
import { timelineOf } from '../../packages/local/dist/dashboard/jobs/timeline-data.js'

/** A time, in seconds after the job was started. */
const at = (seconds: number): string => new Date(1_790_000_000_000 + seconds * 1000).toISOString()

/** A job whose tasks could start after 10 seconds, and that ended after 100. */
function jobWith(record: Partial<JobRecord> = {}): JobRecord {
  const stateTimestamps = {
    JOB_STATE_STARTED: at(0),
    JOB_STATE_PARTITIONING: at(4),
    JOB_STATE_PARTITIONED: at(10),
    JOB_STATE_TASKS_COMPLETED: at(90),
  }
  return { createdAt: at(-5), submittedAt: at(0), startedAt: at(0), endedAt: at(100), stateTimestamps, ...record } as JobRecord
}

function taskFrom(chunk: number, from: number | null, to: number | null, state: TaskRecord['state'] = 'Completed'): TaskRecord {
  const [startedAt, completedAt] = [from, to].map((time) => (time === null ? null : at(time)))
  return { id: `${chunk}`, jobId: 'job', chunk, state, startedAt: startedAt ?? null, completedAt: completedAt ?? null, attempts: 1 }
}

test('a timeline counts exactly how many tasks ran at once, and on average in each span of time', () => {
  const one = timelineOf(jobWith(), [taskFrom(0, 10, 20), taskFrom(1, 20, 30), taskFrom(2, 30, 250)])
  expect(one).toMatchObject({ peak: 1, count: 3 })
  expect(Math.max(...(one?.running ?? []))).toBeCloseTo(1)
  expect(Math.min(...(one?.running ?? []))).toBeCloseTo(1)
  const two = timelineOf(jobWith(), [taskFrom(0, 10, 60), taskFrom(1, 35, 110), taskFrom(2, 110, 110)])
  expect(two?.peak).toBe(2)
  expect(two?.running[0]).toBeCloseTo(1)
  expect(two?.running[90]).toBeCloseTo(2)
  expect(two?.running[239]).toBeCloseTo(1)
  // Many short ones within one span.
  const short = Array.from({ length: 10_000 }, (_, chunk) => taskFrom(chunk, 10 + chunk / 100, 10 + chunk / 100 + 0.005))
  const fast = timelineOf(jobWith(), short)
  expect(fast?.peak).toBe(1)
  expect(fast?.running[120]).toBeCloseTo(0.5, 1)
  expect(fast?.rows).toHaveLength(60)
})

test('a timeline has the tasks that wait, those that never started and those to be tried again included', () => {
  const timeline = timelineOf(jobWith({ endedAt: null }), [
    taskFrom(0, 10, 20),
    taskFrom(1, 60, 110),
    taskFrom(2, null, null, 'Scheduled'),
    taskFrom(3, 12, 13, 'Scheduled'),
  ])
  expect(timeline).toMatchObject({ peak: 1, count: 2 })
  expect(timeline?.waiting[0]).toBe(3)
  expect(timeline?.waiting.at(-1)).toBe(2)
  expect(timelineOf(jobWith(), [taskFrom(0, null, null, 'Assigned')])).toBeUndefined()
})

test('a task that has no end ended with its job', () => {
  expect(timelineOf(jobWith(), [taskFrom(0, 10, null, 'Running')])).toMatchObject({
    end: Date.parse(at(100)),
    rows: [{ duration: 90_000 }],
  })
})

test('what an earlier run has left is not in the times of the current one', () => {
  const hour = 3600
  const stateTimestamps = { ...jobWith().stateTimestamps, JOB_STATE_PARTITIONED: at(hour), JOB_STATE_TASKS_COMPLETED: at(hour + 50) }
  const again = jobWith({ submittedAt: at(hour), endedAt: at(hour + 50), stateTimestamps })
  const tasks = [taskFrom(0, 10, 20), taskFrom(1, hour + 10, hour + 50)]
  expect(timelineOf(again, tasks)).toMatchObject({ start: Date.parse(at(hour)), count: 1, rows: [{ chunk: 1, started: 0.2, ended: 1 }] })
  expect(timelineOf(again, tasks)?.waiting[0]).toBe(1)
  expect(phasesOf(again)).toEqual([{ name: 'Tasks', seconds: 50, share: 1 }])
  expect(phasesOf(jobWith()).map(({ name, seconds }) => [name, seconds])).toEqual([
    ['Fetching data', 4],
    ['Partitioning', 6],
    ['Tasks', 80],
  ])
})

test('no time is negative when the clock was set back', () => {
  const tasks = [taskFrom(0, -100, -110), taskFrom(1, -95, -90)]
  const timeline = timelineOf(jobWith(), tasks)
  expect(timeline).toMatchObject({ start: Date.parse(at(-100)), count: 2 })
  for (const { started, ended, duration } of timeline?.rows ?? []) {
    expect(started).toBeGreaterThanOrEqual(0)
    expect(ended).toBeGreaterThanOrEqual(started)
    expect(ended).toBeLessThanOrEqual(1)
    expect(duration).toBeGreaterThanOrEqual(0)
  }
  expect(taskStatistics(jobWith(), tasks)).toMatchObject({ running: 5, waiting: 0, median: 0, slowest: { chunk: 1, seconds: 5 } })
})

test('quantiles are times that a task took', () => {
  const tasks = Array.from({ length: 100 }, (_, chunk) => taskFrom(chunk, 20, 20 + 100 - chunk))
  const all = [...tasks, taskFrom(100, 20, 9000, 'Failed'), taskFrom(101, 20, null, 'Running')]
  expect(taskStatistics(jobWith(), all)).toEqual({
    count: 100,
    median: 50,
    p95: 95,
    slowest: { chunk: 0, seconds: 100 },
    running: 5050,
    waiting: 1000,
  })
  expect(taskStatistics(jobWith(), [taskFrom(0, 12, 15)])).toMatchObject({ median: 3, p95: 3, waiting: 2 })
  expect(taskStatistics(jobWith(), [taskFrom(0, 12, null, 'Running')])).toBeUndefined()
})
