import { expect, test, vi } from 'vitest'
import { Fleet } from '../../packages/local/dist/runners/workers/fleet.js'
import type { Scheduler } from '../../packages/local/dist/runners/workers/scheduler.js'
import { onTestFinished } from '../helpers/current-test.ts'

/** A scheduler that starts all workers at once, and counts how often it is asked. */
function countingScheduler(): { scheduler: Scheduler; running: Set<string>; asked: { list: number; start: number } } {
  const running = new Set<string>()
  const asked = { list: 0, start: 0 }
  const scheduler: Scheduler = {
    name: 'Counting',
    facts: async () => ({ cpu: 1, memory: 1, gpu: [], maxWorkers: 1000 }),
    start: async (_, count) => {
      asked.start++
      const ids = Array.from({ length: count }, (__, index) => `${asked.start}_${index}`)
      for (const id of ids) running.add(id)
      return ids
    },
    list: async () => {
      asked.list++
      return Array.from(running, (id) => ({ id, batchId: 'batch', state: 'running', reason: '' }))
    },
    end: async () => {},
    explain: async () => '',
  }
  return { scheduler, running, asked }
}

test('a scheduler is asked seldom while workers come and go', async () => {
  vi.useFakeTimers()
  onTestFinished(() => vi.useRealTimers())
  const { scheduler, running, asked } = countingScheduler()
  const fleet = new Fleet({ scheduler, limit: 100, mayReturn: () => false, onPoll: () => {}, onWarning: expect.unreachable })
  onTestFinished(() => fleet.close())
  fleet.start(() => false)
  fleet.add({
    group: { batchId: 'batch', cpu: 1, memory: 1, gpu: [], minutes: 1, settings: { url: '', batch: 'batch', secret: '' } },
    wanted: () => 100,
    onRefused: expect.unreachable,
    onWaiting: expect.unreachable,
  })
  for (let tenth = 0; tenth < 600; tenth++) {
    await vi.advanceTimersByTimeAsync(100)
    for (const id of running) fleet.spoke(id)
    const [oldest] = running
    if (oldest === undefined) continue
    running.delete(oldest)
    fleet.ends(oldest)
  }
  // One that ends makes room for another, though not at once.
  expect(running.size).toBeGreaterThan(85)
  expect(asked.start).toBeLessThanOrEqual(70)
  // In the first minute. Later it is every 15 seconds.
  expect(asked.list).toBeLessThanOrEqual(10)
})
