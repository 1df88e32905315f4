import { expect, test } from 'vitest'
import type { JournalEntry } from '../../packages/local/dist/jobs/kept/journal.js'
import { leftBatches } from '../../packages/local/dist/jobs/kept/left-batches.js'
import { fromRanges, toRanges } from '../../packages/local/dist/jobs/kept/ranges.js'

test.each([
  [[], ''],
  [[0], '0'],
  [[0, 1, 2, 3], '0-3'],
  [[2, 5, 6, 9], '2,5-6,9'],
])('the numbers %j are %j', (numbers, text) => {
  expect(toRanges(numbers)).toBe(text)
  expect(fromRanges(text)).toEqual(numbers)
})

const start = (c: number | 'partitioner', a = 1): JournalEntry => ({ c, a, at: 1 })
const end = (c: number | 'partitioner', a = 1): JournalEntry => ({ c, a, at: 2, end: 'completed' })
const batch = (number: number, chunks: string): JournalEntry => ({ batch: number, part: 'app', chunks })

test('what is left of a batch are its attempts that have not ended', () => {
  const entries = [batch(1, '3-6'), start(3), start(5), { c: 5, a: 1, place: 'node1' }, end(3)]
  expect(leftBatches(entries)).toEqual([{ number: 1, part: 'app', owners: [3, 4, 5, 6], left: { open: [2], waiting: [1, 3] } }])
})

test('a batch that has ended leaves nothing, and one that was submitted again counts', () => {
  const failed = { c: 0, a: 1, at: 2, end: 'failed' } as const
  expect(leftBatches([batch(1, '0-1'), start(0), start(1), failed, end(1), batch(2, '0')])).toEqual([
    { number: 2, part: 'app', owners: [0], left: { open: [], waiting: [0] } },
  ])
  expect(leftBatches([{ batch: 1, part: 'partitioner' }, start('partitioner'), end('partitioner')])).toEqual([])
})

test('what was submitted for an earlier round of the job, or by an earlier version, is not gone on with', () => {
  expect(leftBatches([batch(1, '0-1'), start(0), { again: 'all' }])).toEqual([])
  expect(leftBatches([{ batch: 1 }, start(0)])).toEqual([])
  const again = [{ batch: 1, part: 'partitioner' } as const, start('partitioner'), { batch: 2, part: 'partitioner' } as const]
  expect(leftBatches(again)).toEqual([{ number: 2, part: 'partitioner', owners: ['partitioner'], left: { open: [], waiting: [0] } }])
})
