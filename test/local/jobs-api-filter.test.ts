import type { FilterCondition, JobListResponse } from 'bytenite-uploader/wire-jobs'
import { expect, test } from 'vitest'
import { matchesPattern } from '../../packages/local/dist/server/jobs/like-pattern.js'
import { startJobApi, UPPER, type JobApi } from '../helpers/job-api.ts'

/** With three jobs that were not started, the newest last. */
async function start(): Promise<JobApi & { found(body: unknown): Promise<string> }> {
  const api = await startJobApi()
  await api.publish('up', UPPER)
  await api.create({ app: 'up', name: 'one', config: { taskTimeout: 10 }, params: { app: { tags: ['x', 'y'], size: 5 } } })
  await api.create({ app: 'up', name: 'two', description: 'Second 100%', config: { taskTimeout: 20, isTestJob: true } })
  await api.create({ app: 'up', name: 'three', dataSource: { dataSourceDescriptor: 'bypass' }, params: { app: { tags: ['y', 3] } } })
  return {
    ...api,
    async found(body) {
      const { status, json, reason } = await api.call('POST /customer/jobs/filter', body)
      return status === 200 ? (json as JobListResponse).data.map(({ name }) => name).join(' ') : `${status}: ${reason}`
    },
  }
}

test('every condition selects what it says, in any field of a job', async () => {
  const { found } = await start()
  // As a text, it is greater than the time now.
  const hourAgoInFiji = new Date(Date.now() + 11 * 3_600_000).toISOString().replace('Z', '+12:00')
  const cases: [string, string, unknown, string][] = [
    ['name', 'EQ', 'two', 'two'],
    ['name', 'NEQ', 'two', 'three one'],
    ['state', 'EQ', 'JOB_STATE_NEW', 'three two one'],
    ['config.taskTimeout', 'GT', 10, 'two'],
    ['config.taskTimeout', 'GTE', '10', 'two one'],
    ['config.taskTimeout', 'LT', 10, 'three'],
    ['config.taskTimeout', 'LTE', 10, 'three one'],
    ['config.isTestJob', 'EQ', true, 'two'],
    ['config.isTestJob', 'EQ', 'false', 'three one'],
    ['config.maxTaskRetries', 'EQ', 0, 'three two one'],
    ['name', 'IN', ['one', 'three'], 'three one'],
    ['name', 'NOT_IN', ['one', 'three'], 'two'],
    ['name', 'IN', [], ''],
    ['name', 'LIKE', 't%', 'three two'],
    ['name', 'LIKE', '_W_', 'two'],
    ['name', 'LIKE', 'o', ''],
    ['description', 'LIKE', '%100\u0025%', 'two'],
    ['params.app.tags', 'ARRAY_CONTAINS', 'y', 'three one'],
    ['params.app.tags', 'ARRAY_CONTAINS', 3, 'three'],
    ['params.app.tags', 'ARRAY_CONTAINS_ANY', ['x', 3], 'three one'],
    ['params.app.size', 'GT', 4, 'one'],
    ['params.app.size', 'EQ', null, 'three two'],
    ['name', 'ARRAY_CONTAINS', 'one', ''],
    ['dataSource.dataSourceDescriptor', 'EQ', 'bypass', 'three'],
    ['dataSource', 'EQ', null, 'two one'],
    ['startedAt', 'EQ', null, 'three two one'],
    ['startedAt', 'LT', '2100-01-01T00:00:00Z', ''],
    ['createdAt', 'GT', '2020-01-01T00:00:00+02:00', 'three two one'],
    ['createdAt', 'GT', '2100-01-01T00:00:00Z', ''],
    ['createdAt', 'GT', hourAgoInFiji, 'three two one'],
    ['createdAt', 'LT', hourAgoInFiji, ''],
    ['stateTimestamps.JOB_STATE_NEW', 'LT', '2100-01-01T00:00:00Z', 'three two one'],
    ['stateTimestamps.JOB_STATE_FAILED', 'NEQ', null, ''],
    ['priority', 'EQ', 'EXECUTION_PRIORITY_UNDEFINED', 'three two one'],
    ['name', 'EQ', { '@type': 'type.googleapis.com/google.protobuf.StringValue', value: 'one' }, 'one'],
  ]
  for (const [field, condition, value, expected] of cases) {
    const filters = [{ field, condition: `FILTER_CONDITION_${condition}` as FilterCondition, value }]
    expect(await found({ filters }), `${field} ${condition} ${JSON.stringify(value)}`).toBe(expected)
  }
})

test('filters are combined, ordered and paged; without any, all jobs are found', async () => {
  const { found, call } = await start()
  const filters = [
    { field: 'name', condition: 'FILTER_CONDITION_LIKE', value: 't%' },
    { field: 'config.taskTimeout', condition: 'FILTER_CONDITION_GT', value: 0 },
  ]
  expect(await found({ filters })).toBe('two')
  for (const body of ['', {}, { filters: [] }, { filters: null, pagination: null, orderBy: '' }, { pagination: { limit: 0, offset: 0 } }])
    expect(await found(body), JSON.stringify(body)).toBe('three two one')
  expect(await found({ orderBy: 'name desc', pagination: { limit: '2', offset: 1 } })).toBe('three one')
  expect((await call('POST /customer/jobs/filter', { pagination: { limit: 1 } })).json).toMatchObject({
    pagination: { total: 3, offset: 0, hasNext: true, hasPrevious: false },
  })
})

test('a filter that cannot be understood is refused with all of its faults', async () => {
  const { found } = await start()
  const eq = 'FILTER_CONDITION_EQ'
  for (const field of ['secret', 'config.secret', 'name.length', '__proto__', 'constructor', 'config.__proto__', '', 'params.secret'])
    expect(await found({ filters: [{ field, condition: eq, value: 1 }] }), field).toBe(
      '400: filters.0.field: is not the name of a field of a job',
    )
  const answer = await found({
    filters: [
      { field: 'x', condition: 'EQ', value: 1 },
      { field: 'name', condition: 'FILTER_CONDITION_IN', value: 1 },
      { field: 'name', condition: 'FILTER_CONDITION_LIKE', value: 1 },
    ],
    pagination: { limit: -1 },
  })
  for (const part of [
    '400: ',
    'filters.0.field',
    'filters.0.condition',
    'FILTER_CONDITION_NOT_IN',
    'filters.1: this condition needs an array',
    'filters.2: this condition needs a string',
    'pagination.limit',
  ])
    expect(answer).toContain(part)
  expect(await found({ filters: 'all' })).toMatch(/^400: filters/)
  expect(await found({ orderBy: 'secret' })).toMatch(/^400: orderBy/)
})

test('a pattern takes no longer than its length', () => {
  const started = performance.now()
  expect(matchesPattern('a'.repeat(10_000), `${'%a'.repeat(500)}b`)).toBe(false)
  expect(matchesPattern('a'.repeat(10_000), `${'%a'.repeat(500)}%`)).toBe(true)
  expect(performance.now() - started).toBeLessThan(2_000)
  for (const [text, pattern, expected] of [
    ['', '', true],
    ['', '%', true],
    ['', '_', false],
    ['a', '', false],
    ['abc', '%c', true],
    ['abcabd', '%abd', true],
    ['aab', '%ab', true],
    ['abc', 'a_c', true],
    ['ÄB', 'ä_', true],
    ['a.c', 'a.c', true],
    ['abc', 'a.c', false],
    ['😀', '_', true],
  ] as const) {
    expect(matchesPattern(text, pattern), `${text} like ${pattern}`).toBe(expected)
  }
})
