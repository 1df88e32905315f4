import type { LogLine, LogResponse } from 'bytenite-uploader/wire-jobs'
import { expect, test } from 'vitest'
import { createWithFile, SPLIT_LINES, startJobApi, type JobApi } from '../helpers/job-api.ts'
import { waitFor, within } from '../helpers/wait-for.ts'

async function finishedJob(): Promise<JobApi & { id: string }> {
  const api = await startJobApi({ concurrency: 1 })
  await api.publish('split', `echo splitting\n${SPLIT_LINES}`, { type: 'partitioner' })
  // Each task needs two attempts.
  await api.publish(
    'talk',
    `echo "chunk $CHUNK_NUMBER" >&2\n[ -e "$USER_CACHE_DIR/$CHUNK_NUMBER" ] || { touch "$USER_CACHE_DIR/$CHUNK_NUMBER"; exit 1; }`,
  )
  const { id } = await createWithFile(api, 'a\nb\n', { app: 'talk', partitioner: 'split', config: { maxTaskRetries: 1 } })
  await api.call(`POST /customer/jobs/${id}/run`)
  expect(await api.ended(id)).toMatchObject({ state: 'JOB_STATE_COMPLETE' })
  return { ...api, id }
}

const texts = (lines: LogLine[]): string[] => lines.filter(({ level }) => level === 'UNKNOWN').map(({ log }) => log)

test('logs are those of all attempts, by service and task', async () => {
  const { id, call } = await finishedJob()
  const logs = async (filters: object) => (await call('POST /customer/logs', { jobId: id, ...filters })).json as LogResponse
  const all = await logs({ taskIds: [], levels: [], services: [] })
  expect(Object.keys(all)).toEqual(['partitioner', 'assembler', 'taskrunner'])
  expect(texts(all.partitioner)).toEqual(['splitting'])
  expect(all.assembler).toEqual([])
  const taskIds = Object.keys(all.taskrunner)
  expect(taskIds).toHaveLength(2)
  expect(Object.values(all.taskrunner).map(({ logs }) => texts(logs))).toEqual([
    ['chunk 0', 'chunk 0'],
    ['chunk 1', 'chunk 1'],
  ])
  expect(all.partitioner.find(({ log }) => log === 'splitting')).toEqual({
    log: 'splitting',
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    level: 'UNKNOWN',
    stream: 'stdout',
  })
  expect(await logs({})).toEqual(all)

  const [, second = ''] = taskIds
  expect(await logs({ taskIds: [second] })).toEqual({ ...all, taskrunner: { [second]: all.taskrunner[second] } })
  expect(await logs({ services: ['PARTITIONER'] })).toEqual({ ...all, taskrunner: {} })
  for (const services of [['TASKRUNNER'], ['APP'], ['APP', 'ASSEMBLER']])
    expect(await logs({ services })).toEqual({ ...all, partitioner: [] })
  const unknown = await logs({ levels: ['UNKNOWN'] })
  expect(unknown.partitioner).toMatchObject([{ log: 'splitting' }])
  expect(unknown.taskrunner[second]?.logs).toHaveLength(2)
})

test('a request for logs that breaks a rule is refused with every rule', async () => {
  const { call } = await startJobApi()
  const { status, reason = '' } = await call('POST /customer/logs', { jobId: 5, taskIds: 'all', levels: ['LOUD'], services: ['KITCHEN'] })
  expect(status).toBe(400)
  for (const part of ['jobId: ', 'taskIds: ', 'levels.0: must be one of UNKNOWN', 'services.0: must be one of PARTITIONER'])
    expect(reason).toContain(part)
  expect((await call('POST /customer/logs', { jobId: 'other' })).status).toBe(404)
})

test('one log is read line by line', async () => {
  const { id, platform, token, call } = await finishedJob()
  const read = async (query: string): Promise<LogLine[]> => {
    const response = await fetch(`${platform.apiUrl}/customer/jobs/${id}/log?${query}`, { headers: { authorization: token } })
    expect(response.headers.get('content-type')).toBe('application/x-ndjson')
    return (await response.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as LogLine)
  }
  expect(texts(await read('part=partitioner'))).toEqual(['splitting'])
  const [first, last] = [await read('part=app&chunk=1&attempt=1'), await read('part=app&chunk=1')]
  expect([texts(first), texts(last)]).toEqual([['chunk 1'], ['chunk 1']])
  expect(last).not.toEqual(first)
  expect(await read('part=app&chunk=1&attempt=2&follow=true')).toEqual(last)
  for (const [query, status] of [
    ['', 400],
    ['part=app', 400],
    ['part=partitioner&chunk=0', 400],
    ['part=other', 400],
    ['part=app&chunk=x', 400],
    ['part=app&chunk=0&follow=yes', 400],
    ['part=app&chunk=2', 404],
    ['part=app&chunk=1&attempt=3', 404],
    ['part=assembler&attempt=1', 404],
  ] as const) {
    expect((await call(`GET /customer/jobs/${id}/log?${query}`)).status, query).toBe(status)
  }
  expect((await call('GET /customer/jobs/other/log?part=partitioner')).status).toBe(404)
})

test('a log is followed while it is written, and to its end', async () => {
  const api = await startJobApi()
  await api.publish('slow', `echo first\nwhile [ ! -e "$USER_CACHE_DIR/go" ]; do sleep 0.05; done\necho second`)
  await api.publish('release', `touch "$USER_CACHE_DIR/go"`)
  const { id } = await api.create({ app: 'slow', dataSource: { dataSourceDescriptor: 'bypass' } })
  await api.call(`POST /customer/jobs/${id}/run`)
  await waitFor('the attempt', async () => (await api.platform.client.jobs.task(id, 0).catch(() => undefined))?.attempts.length)
  const lines = (async function* () {
    const query = { part: 'app', chunk: 0, follow: true } as const
    for await (const { log, level } of api.platform.client.jobs.log(id, query)) if (level === 'UNKNOWN') yield log
  })()
  expect(await within('the first line', lines.next())).toMatchObject({ value: 'first' })
  await api.finish({ app: 'release', dataSource: { dataSourceDescriptor: 'bypass' } })
  expect(await within('the second line', lines.next())).toMatchObject({ value: 'second' })
  expect(await within('the end', lines.next())).toMatchObject({ done: true })
  expect(await api.ended(id)).toMatchObject({ state: 'JOB_STATE_COMPLETE' })
})
