import type { JobListResponse, JobRecord, JobResultsResponse, TaskListResponse, TaskResponse } from 'bytenite-uploader/wire-jobs'
import { expect, test } from 'vitest'
import { createWithFile, JOIN, SPLIT_LINES, startJobApi, uploadLink, UPPER, type JobApi } from '../helpers/job-api.ts'
import { waitFor } from '../helpers/wait-for.ts'

// Every request here is made without this project's client, so that the two cannot share a mistake.

const template = { id: 'up-template', app: 'up', partitioner: 'split', assembler: 'join', dataSource: { dataSourceDescriptor: 'bypass' } }

/** With an app, two engines and a template. */
async function start(): Promise<JobApi> {
  const api = await startJobApi()
  await api.publish('up', UPPER)
  await api.publish('split', SPLIT_LINES, { type: 'partitioner' })
  await api.publish('join', JOIN, { type: 'assembler' })
  await api.call('POST /dev/templates', template)
  return api
}

const names = ({ json }: { json: unknown }): string => (json as JobListResponse).data.map(({ name }) => name).join(' ')

test('a new job has all fields of the API, and those that are not set say so', async () => {
  const api = await start()
  const { status, json } = await api.call('POST /customer/jobs', { templateId: 'up-template', name: 'first', unknown: { a: 1 } })
  expect(status).toBe(200)
  const wireTemplate = { ...template }
  expect(json).toEqual({
    job: {
      id: expect.any(String) as string,
      templateId: 'up-template',
      name: 'first',
      description: '',
      config: { taskTimeout: 0, jobTimeout: 0, isTestJob: false, maxTaskRetries: 0 },
      priority: 'EXECUTION_PRIORITY_UNDEFINED',
      startAt: null,
      submittedAt: null,
      startedAt: null,
      endedAt: null,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      deletedAt: null,
      regions: null,
      state: 'JOB_STATE_NEW',
      stateTimestamps: { JOB_STATE_NEW: expect.any(String) as string },
      dataSource: { dataSourceDescriptor: 'bypass' },
      dataDestination: null,
      params: { preset: '', partitioner: null, app: null, assembler: null },
      duration: 0,
      paymentAmount: 0,
      numUnitsEstimation: '0',
      numChunks: 0,
      errorMessage: '',
      appId: expect.any(String) as string,
      templateInfo: wireTemplate,
    },
    templateInfo: wireTemplate,
  })
  const { job } = json as { job: JobRecord }
  expect((await api.call(`GET /customer/jobs/${job.id}`)).json).toEqual(json)
  expect((await api.call(`GET /computing/jobs/${job.id}`)).json).toEqual(json)
})

test('what breaks a rule is refused with every rule that it breaks', async () => {
  const api = await start()
  const wrong = { templateId: 5, app: 'a b', config: { taskTimeout: -1, isTestJob: 'maybe', maxTaskRetries: 'x' }, dataSource: {} }
  const { status, reason = '' } = await api.call('POST /customer/jobs', wrong)
  expect(status).toBe(400)
  for (const field of ['templateId', 'app', 'config.taskTimeout', 'config.isTestJob', 'config.maxTaskRetries', 'dataSource'])
    expect(reason).toContain(field)
  for (const body of ['', '[]', '"x"', 'null', '{']) expect((await api.call('POST /customer/jobs', body)).status, body).toBe(400)
  expect(await api.call('POST /customer/jobs', { templateId: 'other' })).toMatchObject({
    status: 400,
    reason: expect.stringContaining('other') as string,
  })
  expect((await api.call('POST /customer/jobs', {})).status).toBe(400)
})

test('a cloud descriptor is refused, and what there is is named', async () => {
  const api = await start()
  for (const dataSourceDescriptor of ['aws', 's3', 'gcp', 'storj']) {
    const { status, reason } = await api.call('POST /customer/jobs', { app: 'up', dataSource: { dataSourceDescriptor } })
    expect({ status, reason }).toEqual({ status: 400, reason: expect.stringMatching(/bypass, url, file/) as string })
  }
})

test("parameters are judged by the app's schema as they come", async () => {
  const api = await start()
  const schema = { type: 'object', required: ['a'], properties: { a: { type: 'number' }, b: { type: 'string' } } }
  await api.publish('strict', UPPER, { schema })
  const { status, reason } = await api.call('POST /customer/jobs', { app: 'strict', params: { app: { a: 'x', b: 1 } } })
  expect({ status, reason }).toEqual({ status: 400, reason: expect.stringMatching(/a.*b/s) as string })
  const job = await api.create({ app: 'strict', params: { app: { a: 1 } } })
  expect((await api.call(`PATCH /customer/jobs/${job.id}/params`, { app: { a: 'x' } })).status).toBe(400)
  expect((await api.call(`PATCH /customer/jobs/${job.id}/params`, { app: { a: 2 } })).json).toMatchObject({
    job: { params: { app: { a: 2 } } },
  })
})

test('a job that has not started is changed in place, in every part', async () => {
  const api = await start()
  const { id } = await api.create({ app: 'up', name: 'before' })
  const path = `/customer/jobs/${id}`
  expect((await api.call('POST /customer/jobs', { jobId: id, name: 'after', config: { taskTimeout: '60' } })).json).toMatchObject({
    job: { id, name: 'after', config: { taskTimeout: 60 } },
  })
  const data = { dataSource: { dataSourceDescriptor: 'bypass' }, dataDestination: { dataSourceDescriptor: 'bucket' } }
  expect((await api.call(`PATCH ${path}/datasource`, data)).json).toMatchObject({ job: data, templateInfo: null })
  expect((await api.call(`PATCH ${path}/params`, { app: { n: 1 }, preset: 'dead' })).json).toMatchObject({
    job: { params: { app: { n: 1 } } },
  })
  expect((await api.call(`PATCH ${path}/jobname`, '"named"')).json).toMatchObject({ job: { name: 'named' } })
  const config = { taskTimeout: '1', jobTimeout: 2, isTestJob: true, maxTaskRetries: '3' }
  expect((await api.call(`PATCH ${path}/configs`, config)).json).toMatchObject({
    job: { config: { taskTimeout: 1, jobTimeout: 2, isTestJob: true, maxTaskRetries: 3 } },
  })
  for (const [call, body] of [
    ['jobname', '{"name":"x"}'],
    ['jobname', '""'],
    ['configs', { taskTimeout: 'soon' }],
    ['datasource', { dataSource: { dataSourceDescriptor: 'url', params: { url: 'file:///etc/passwd' } } }],
    ['params', '5'],
  ] as const) {
    expect((await api.call(`PATCH ${path}/${call}`, body)).status, call).toBe(400)
  }
  expect((await api.call('PATCH /customer/jobs/other/configs', {})).status).toBe(404)
})

test('the older paths change the same', async () => {
  const api = await start()
  const { id } = await api.create({ app: 'up' })
  expect((await api.call(`POST /customer/jobs/datasource/${id}`, { dataSource: { dataSourceDescriptor: 'file' } })).json).toMatchObject({
    job: { dataSource: { params: { tempUrl: expect.any(String) as string } } },
  })
  expect((await api.call(`POST /customer/jobs/params/${id}`, { app: { n: 1 } })).json).toMatchObject({ job: { params: { app: { n: 1 } } } })
  expect((await api.call(`POST /customer/jobs/uploadcompleted/${id}`, {})).status).toBe(400)
  await fetch(uploadLink((await api.call(`GET /customer/jobs/${id}`).then(({ json }) => json as { job: JobRecord })).job), {
    method: 'PUT',
    body: 'a',
  })
  expect((await api.call(`POST /customer/jobs/uploadcompleted/${id}`, {})).json).toMatchObject({ ok: true })
  expect((await api.call(`GET /customer/jobs/estimation/${id}`)).json).toEqual({ estimation: { totalEstimation: '0' } })
  expect((await api.call(`POST /customer/jobs/run/${id}`, {})).json).toMatchObject({ ok: true, error: null })
  expect(await api.ended(id)).toMatchObject({ state: 'JOB_STATE_COMPLETE' })
  expect(await api.results(id)).toEqual({ 'out.txt': 'A' })
})

test.each<[string, unknown, object]>([
  [
    'nested, with texts',
    { config: { taskTimeout: '3600', jobTimeout: '86400', maxTaskRetries: '2' } },
    { taskTimeout: 3600, jobTimeout: 86_400, maxTaskRetries: 2 },
  ],
  ['nested and empty', { config: {} }, { taskTimeout: 0 }],
  ['flat', { taskTimeout: 7200, isTestJob: true }, { taskTimeout: 7200, isTestJob: true }],
  ['empty', {}, { taskTimeout: 0, isTestJob: false }],
  ['no body at all', undefined, { taskTimeout: 0, isTestJob: false }],
  ['null', { config: null }, { taskTimeout: 0 }],
])('the config of a run may be %s', async (_, body, config) => {
  const api = await start()
  const { id } = await api.create({ templateId: 'up-template' })
  expect(await api.call(`POST /customer/jobs/${id}/run`, body)).toMatchObject({ status: 200, json: { ok: true } })
  expect((await api.call(`POST /customer/jobs/${id}/run`, body)).status).toBe(409)
  expect(await api.ended(id)).toMatchObject({ state: 'JOB_STATE_COMPLETE', config })
})

test('a job runs from its file to its results, whose links need no token', async () => {
  const api = await start()
  const job = await createWithFile(api, 'a\nb\nc\n', { templateId: 'up-template' })
  const before = await api.call(`GET /customer/jobs/${job.id}/results`)
  expect(before).toMatchObject({ status: 400, reason: expect.stringMatching(/is not complete/) as string })
  await api.call(`POST /customer/jobs/${job.id}/run`)
  expect(await api.ended(job.id)).toMatchObject({
    state: 'JOB_STATE_COMPLETE',
    numChunks: 3,
    tasks: { scheduled: 0, running: 0, completed: 3, failed: 0 },
    parts: { app: { tag: 'up@1.0', revision: '1' } },
  })
  const after = await api.ended(job.id)
  expect(after.dataSource).toEqual({ dataSourceDescriptor: 'file' })
  expect(await api.results(job.id)).toEqual({ 'all.txt': 'A\nB\nC\n' })

  const { results } = (await api.call(`GET /customer/jobs/${job.id}/results`)).json as JobResultsResponse
  const { link = '' } = results[0] ?? {}
  const response = await fetch(link)
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-length': '6',
    'content-type': 'application/octet-stream',
    'content-disposition': "attachment; filename*=UTF-8''all.txt",
    'x-content-type-options': 'nosniff',
  })
  await response.body?.cancel()
  for (const forged of [
    link.replace(/signature=.*/, ''),
    link.replace(/expires=\d/, 'expires=9'),
    link.replace('all.txt', 'all.txt%2f'),
    link.replace('all.txt', '%zz'),
  ]) {
    const refused = await fetch(forged)
    expect(refused.status, forged).toBe(403)
    await refused.body?.cancel()
  }
})

test('results keep their names and folders, whatever characters they have', async () => {
  const api = await start()
  await api.publish('names', `cd "$OUTPUT_DIR"; mkdir -p 'out 0/ü'; echo 1 >'out 0/ü/100%.txt'; echo 2 >"it's #1?.txt"; echo 3 >%2e`, {
    type: 'assembler',
  })
  const { id, state } = await api.finish({ app: 'up', assembler: 'names', dataSource: { dataSourceDescriptor: 'bypass' } })
  expect(state).toBe('JOB_STATE_COMPLETE')
  expect(await api.results(id)).toEqual({ 'out 0/ü/100%.txt': '1\n', "it's #1?.txt": '2\n', '%2e': '3\n' })
})

test('an upload names its file by a header, arrives as a whole, and comes too late for a job that runs', async () => {
  const api = await start()
  await api.publish('show', `ls "$SOURCE_DIR" >"$CHUNKS_DIR/data_0.bin"`, { type: 'partitioner' })
  const named = async (headers: Record<string, string>): Promise<string> => {
    const job = await api.create({ app: 'up', partitioner: 'show', dataSource: { dataSourceDescriptor: 'file' } })
    const put = (): Promise<Response> => fetch(uploadLink(job), { method: 'PUT', headers, body: 'x' })
    const response = await put()
    expect([response.status, await response.text()]).toEqual([200, ''])
    await api.call(`PATCH /customer/jobs/${job.id}/uploadcompleted`)
    await api.call(`POST /customer/jobs/${job.id}/run`)
    await api.ended(job.id)
    expect((await put()).status).toBe(409)
    return (await api.results(job.id))['out.txt'] ?? ''
  }
  expect(await named({ 'content-disposition': 'attachment; filename="songs.zip"' })).toBe('SONGS.ZIP\n')
  expect(await named({ 'content-disposition': "attachment; filename*=UTF-8''a%20b.txt" })).toBe('A B.TXT\n')
  expect(await named({ 'content-disposition': 'attachment; filename="../../x"' })).toBe('X\n')
  expect(await named({ 'content-disposition': 'attachment' })).toBe('DATA.BIN\n')
  expect(await named({})).toBe('DATA.BIN\n')
  const job = await api.create({ app: 'up', dataSource: { dataSourceDescriptor: 'file' } })
  expect((await fetch(uploadLink(job).replace(/signature=.*/, 'signature=x'), { method: 'PUT', body: 'x' })).status).toBe(403)
  expect((await fetch(uploadLink(job))).status).toBe(404)
})

test('a job that fails says why, and has no results', async () => {
  const api = await start()
  await api.publish('bad', 'exit 3')
  const { id, state, errorMessage } = await api.finish({ app: 'bad', dataSource: { dataSourceDescriptor: 'bypass' } })
  expect(state).toBe('JOB_STATE_FAILED')
  expect(errorMessage).toMatch(/3/)
  expect(await api.call(`GET /customer/jobs/${id}/results`)).toMatchObject({
    status: 400,
    reason: expect.stringMatching(/has failed/) as string,
  })
})

test('an abort ends a running job in FAILED, and says by whose key', async () => {
  const api = await start()
  await api.publish('long', 'sleep 60')
  const { id } = await api.create({ app: 'long', dataSource: { dataSourceDescriptor: 'bypass' } })
  await api.call(`POST /customer/jobs/${id}/run`)
  await waitFor('the task', async () => {
    const { json } = await api.call('POST /customer/jobs/runningTasks', { jobsIds: [id, 'other'] })
    return (json as { jobsRunningTasks: Record<string, number> }).jobsRunningTasks[id] === 1
  })
  expect((await api.call('POST /customer/jobs/runningTasks', { jobsIds: ['other'] })).json).toEqual({ jobsRunningTasks: {} })
  expect((await api.call(`DELETE /customer/jobs/${id}`)).status).toBe(409)
  expect((await api.call(`POST /customer/jobs/${id}/abort`)).json).toMatchObject({ ok: true })
  expect((await api.call(`GET /customer/jobs/${id}`)).json).toMatchObject({
    job: { state: 'JOB_STATE_FAILED', errorMessage: expect.stringContaining('aborted by local') as string },
  })
  expect((await api.call(`POST /customer/jobs/${id}/abort`)).status).toBe(409)
  expect((await api.call(`DELETE /customer/jobs/${id}`)).json).toMatchObject({ ok: true })
  expect((await api.call(`GET /customer/jobs/${id}`)).status).toBe(404)

  const draft = await api.create({ app: 'long' })
  await api.call(`POST /customer/jobs/${draft.id}/abort`)
  expect((await api.call(`GET /customer/jobs/${draft.id}`)).status).toBe(404)
})

test('jobs are listed newest first, in pages by either name, and in any order', async () => {
  const api = await start()
  for (const name of ['b', 'a', 'c']) await api.create({ app: 'up', name, config: { taskTimeout: name.charCodeAt(0) } })
  const list = (query: string) => api.call(`GET /customer/jobs${query}`)
  expect(await list('')).toMatchObject({ json: { pagination: { total: 3, offset: 0, hasPrevious: false, hasNext: false } } })
  expect(names(await list(''))).toBe('c a b')
  expect(names(await list('?pagination.limit=2'))).toBe('c a')
  expect(await list('?limit=2&offset=1')).toMatchObject({
    json: { data: [{ name: 'a' }, { name: 'b' }], pagination: { offset: 1, hasPrevious: true } },
  })
  expect(await list('?limit=1')).toMatchObject({ json: { pagination: { hasNext: true } } })
  expect(names(await list('?pagination.limit=0&pagination.offset=0'))).toBe('c a b')
  expect(names(await list('?orderBy=name'))).toBe('a b c')
  expect(names(await list('?orderBy=config.taskTimeout%20desc'))).toBe('c b a')
  expect(names(await list('?orderBy=createdAt%20asc'))).toBe('b a c')
  for (const query of ['?limit=x', '?offset=-1', '?orderBy=secret', '?orderBy=name%20up', '?orderBy=__proto__', '?orderBy=name.length'])
    expect((await list(query)).status, query).toBe(400)
})

test('a task shows its attempts, data, results and logs, and its job runs again', async () => {
  const api = await start()
  await api.publish(
    'flaky',
    `${UPPER}\ngrep -v b "$TASK_DIR/data.bin" || [ -e "$USER_CACHE_DIR/again" ] || { touch "$USER_CACHE_DIR/again"; exit 1; }`,
  )
  const request = { app: 'flaky', partitioner: 'split', config: { maxTaskRetries: 0 } }
  const { id } = await createWithFile(api, 'a\nb\n', request)
  await api.call(`POST /customer/jobs/${id}/run`)
  expect(await api.ended(id)).toMatchObject({ state: 'JOB_STATE_FAILED' })
  const tasks = async (query: string) => (await api.call(`GET /customer/jobs/${id}/tasks${query}`)).json as TaskListResponse
  expect(await tasks('?state=Failed')).toMatchObject({
    data: [{ chunk: 1, state: 'Failed', attempts: 1, jobId: id }],
    pagination: { total: 1 },
  })
  expect((await api.call(`GET /customer/jobs/${id}/tasks?state=Lost`)).status).toBe(400)

  for (const tasks of ['some', [-1], [1.5], {}]) expect((await api.call(`POST /customer/jobs/${id}/rerun`, { tasks })).status).toBe(400)
  expect((await api.call(`POST /customer/jobs/${id}/rerun`, { tasks: 'failed' })).json).toMatchObject({ job: { id } })
  expect(await api.ended(id)).toMatchObject({ state: 'JOB_STATE_COMPLETE' })
  expect(await tasks('?limit=1&offset=1')).toMatchObject({
    data: [{ chunk: 1, state: 'Completed' }],
    pagination: { total: 2, hasPrevious: true },
  })

  const { json } = await api.call(`GET /customer/jobs/${id}/tasks/1`)
  const { task, attempts, input, results, logs } = json as TaskResponse
  expect(task).toMatchObject({ jobId: id, chunk: 1, state: 'Completed' })
  expect(attempts).toMatchObject([
    { attempt: 1, state: 'failed', exitCode: 1 },
    { attempt: 2, state: 'completed', exitCode: 0 },
  ])
  const read = async (link: string): Promise<string> => (await fetch(link)).text()
  expect([input.size, await read(input.link)]).toEqual([2, 'b\n'])
  expect(results).toMatchObject([{ name: 'out.txt', size: 2 }])
  expect(await read(results[0]?.link ?? '')).toBe('B\n')
  expect(logs.map(({ attempt }) => attempt)).toEqual([1, 2])
  expect(await read(logs[1]?.link ?? '')).toContain('\nchunk 1\n')
  expect((await fetch((logs[1]?.link ?? '').replace('/1/2?', '/1/1?'))).status).toBe(403)
  for (const chunk of ['2', '-1', 'x', '1e0']) expect((await api.call(`GET /customer/jobs/${id}/tasks/${chunk}`)).status, chunk).toBe(404)
})

test('templates are listed for jobs, too; what the API gave up is not there, and says so', async () => {
  const api = await start()
  expect((await api.call('GET /customer/jobs/templates?limit=1')).json).toEqual({
    data: [{ name: 'up-template', ...template }],
    pagination: { total: 1, offset: 0, hasPrevious: false, hasNext: false },
  })
  for (const path of ['/jobs/templates/up-template/presets', '/schema/x?version=1', '/stats/job_types', '/stats/detail/x'])
    expect(await api.call(`GET /customer${path}`)).toMatchObject({
      status: 404,
      reason: expect.stringMatching(/given this endpoint up/) as string,
    })
})

test('a secret reaches the task that names it, and no response', async () => {
  const api = await start()
  await api.call('POST /auth/secrets', { secret: { id: 'BUCKET', secretType: 'aws', accessKey: 'AKIA-0123' }, secretKey: 'shhh-0123' })
  await api.call('POST /auth/secrets', { secret: { id: 'TOKEN', secretType: 'other' }, secretKey: 'token-0123' })
  await api.publish('safe', `printf '%s ' "$BUCKET_ACCESS_KEY" "$BUCKET_SECRET_KEY" "$TOKEN" >"$TASK_RESULTS_DIR/out.txt"`, {
    config: { secrets: ['BUCKET', 'TOKEN'] },
  })
  const { id, state, errorMessage } = await api.finish({ app: 'safe', dataSource: { dataSourceDescriptor: 'bypass' } })
  expect({ state, errorMessage }).toEqual({ state: 'JOB_STATE_COMPLETE', errorMessage: '' })
  expect(await api.results(id)).toEqual({ 'out.txt': 'AKIA-0123 shhh-0123 token-0123 ' })
  for (const request of [`GET /customer/jobs/${id}`, `GET /customer/jobs/${id}/tasks/0`, 'GET /auth/secrets', 'GET /dev/apps/safe'])
    expect(JSON.stringify((await api.call(request)).json)).not.toMatch(/shhh|token-0123/)
  expect(JSON.stringify((await api.call('POST /customer/logs', { jobId: id })).json)).not.toMatch(/shhh|token-0123/)
})

test('every path needs a token', async () => {
  const { platform } = await start()
  for (const path of [
    '/customer/jobs',
    '/computing/jobs',
    '/customer/events',
    '/customer/jobs/x/results',
    '/auth/secrets',
    '/customer/info',
  ]) {
    const response = await fetch(platform.apiUrl + path)
    expect(response.status, path).toBe(401)
    await response.body?.cancel()
  }
})
