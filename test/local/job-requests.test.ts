import type { JobRequest } from 'bytenite-uploader/wire-jobs'
import { expect, test } from 'vitest'
import { openJobPlatform, type JobPlatform } from '../helpers/job-platform.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const bypass = { dataSourceDescriptor: 'bypass' }

async function open(): Promise<JobPlatform> {
  const platform = openJobPlatform({ directory: await temporaryDirectory() })
  await platform.publish('app', { code: 'echo "$APP_PARAMS" > "$TASK_RESULTS_DIR/params"' })
  await platform.publish('split', { type: 'partitioner', code: 'cp "$SOURCE_DIR"/* "$CHUNKS_DIR"' })
  platform.store.saveTemplate({
    id: 'template',
    app: 'app@1',
    partitioner: 'split',
    assembler: 'passthrough@1.0',
    dataSource: bypass,
    dataDestination: { dataSourceDescriptor: 'bucket' },
    params: { app: { prompt: 'a cat', steps: 5 }, partitioner: { n: 1 } },
    config: { taskTimeout: 60, maxTaskRetries: 3 },
  })
  return platform
}

test('a job starts from the defaults of its template, and what the request has replaces them', async () => {
  const { jobs, output } = await open()
  const plain = await jobs.create({ templateId: 'template' })
  expect(plain).toMatchObject({
    templateId: 'template',
    name: 'app',
    state: 'JOB_STATE_NEW',
    config: { taskTimeout: 60, jobTimeout: 0, isTestJob: false, maxTaskRetries: 3 },
    dataSource: bypass,
    params: { app: { prompt: 'a cat', steps: 5 }, partitioner: { n: 1 } },
    submittedAt: null,
    endedAt: null,
    numChunks: 0,
  })
  const given = await jobs.create({
    templateId: 'template',
    name: 'x',
    description: 'mine',
    params: { app: { prompt: 'a dog' } },
    config: { taskTimeout: '90', isTestJob: 'true' } as unknown as JobRequest['config'] & object,
    dataDestination: bypass,
  })
  expect(given).toMatchObject({
    name: 'x',
    description: 'mine',
    config: { taskTimeout: 90, isTestJob: true, maxTaskRetries: 3 },
    params: { app: { prompt: 'a dog', steps: 5 }, partitioner: { n: 1 } },
    dataDestination: bypass,
  })
  await jobs.run(plain.id, { taskTimeout: '30' } as unknown as { taskTimeout: number })
  expect(await jobs.ended(plain.id)).toMatchObject({ state: 'JOB_STATE_COMPLETE', config: { taskTimeout: 30, maxTaskRetries: 3 } })
  expect(await output(plain.id)).toEqual({ params: '{"prompt":"a cat","steps":5}\n' })
  expect([...jobs.list()].map(({ id }) => id)).toEqual([given.id, plain.id])
})

test('a job is changed until it starts', async () => {
  const { jobs, output } = await open()
  const { id } = await jobs.create({ templateId: 'template', name: 'first' })
  expect(await jobs.create({ jobId: id, name: 'second' })).toMatchObject({ id, name: 'second', templateId: 'template', dataSource: bypass })
  expect(await jobs.create({ jobId: id, app: 'app', params: { app: { n: 1 } } })).toMatchObject({
    id,
    templateId: '',
    params: { app: { n: 1 } },
  })
  expect(jobs.rename(id, 'third')).toMatchObject({ name: 'third' })
  expect(() => jobs.rename(id, '')).toThrow('must not be empty')
  expect(jobs.configure(id, { jobTimeout: 5 })).toMatchObject({ config: { jobTimeout: 5, taskTimeout: 60 } })
  expect(await jobs.setParams(id, { app: [1, 2] })).toMatchObject({ params: { app: [1, 2] } })
  expect(jobs.setData(id, { dataDestination: bypass })).toMatchObject({ dataSource: bypass, dataDestination: bypass })
  expect(jobs.setData(id, { dataDestination: { dataSourceDescriptor: 'bucket' } })).toMatchObject({ dataSource: bypass })
  await jobs.run(id, {})
  for (const change of [
    () => jobs.create({ jobId: id, name: 'late' }),
    () => jobs.setParams(id, {}),
    async () => jobs.setData(id, {}),
    async () => jobs.configure(id, {}),
    () => jobs.run(id, {}),
  ]) {
    await expect(change()).rejects.toMatchObject({ status: 409, message: `job ${id} has started, and cannot be changed any more` })
  }
  await jobs.ended(id)
  expect(await output(id)).toEqual({ params: '[1,2]\n' })
  expect(jobs.rename(id, 'a name for the archive')).toMatchObject({ state: 'JOB_STATE_COMPLETE', name: 'a name for the archive' })
})

test.each<[string, unknown, string]>([
  ['neither template nor app', { name: 'x' }, 'a job needs a templateId, or the tag of an app'],
  ['an unknown template', { templateId: 'none' }, 'there is no template none. Submit it first'],
  [
    'parts that are not there',
    { app: 'none', assembler: 'nor@1.0' },
    'app: there is no app none. Publish it first; assembler: there is no engine nor@1.0. Publish it first',
  ],
  ['an engine of another type', { app: 'app', assembler: 'split' }, 'assembler: split is an engine of type "partitioner"'],
  ['fields of a wrong type', { app: 'a b', name: 5, config: { taskTimeout: -1, maxTaskRetries: 'x' } }, 'name: '],
  [
    'a source in a cloud',
    { app: 'app', dataSource: { dataSourceDescriptor: 's3' } },
    'dataSource: this platform has no "s3"; it runs on its own machine, without cloud storage. Use bypass, url, file',
  ],
  [
    'a destination in a cloud',
    { app: 'app', dataDestination: { dataSourceDescriptor: 'gcp' } },
    'dataDestination: this platform has no "gcp"',
  ],
  [
    'another protocol',
    { app: 'app', dataSource: { dataSourceDescriptor: 'url', params: { url: 'file:///etc/passwd' } } },
    'dataSource.params.url: must be an address that starts with http:// or https://',
  ],
  ['parameters larger than a variable', { app: 'app', params: { app: 'x'.repeat(140_000) } }, 'params.app: larger than 128 KiB'],
])('%s is refused with a reason, and makes no job', async (_, request, reason) => {
  const { jobs } = await open()
  await expect(jobs.create(request as JobRequest)).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining(reason) as string,
  })
  expect([...jobs.list()]).toEqual([])
})

test('all broken rules of a request are named at once', async () => {
  const { jobs } = await open()
  const request = { app: 'a b', name: 5, config: { taskTimeout: -1, maxTaskRetries: 'x', isTestJob: 'perhaps' } }
  const refusal = await jobs.create(request as unknown as JobRequest).catch((error: Error) => error.message)
  for (const path of ['app: ', 'name: ', 'config.taskTimeout: ', 'config.maxTaskRetries: ', 'config.isTestJob: '])
    expect(refusal).toContain(path)
})

test('parameters are judged by the schemas when they come, all errors at once', async () => {
  const { jobs, publish } = await open()
  await publish('strict', {
    code: ':',
    schema: {
      type: 'object',
      required: ['prompt'],
      additionalProperties: false,
      properties: {
        prompt: { type: 'string' },
        size: { type: 'object', properties: { width: { type: 'integer' }, unit: { enum: ['px', 'mm'] } } },
      },
    },
  })
  await publish('strict-split', {
    type: 'partitioner',
    code: 'cp "$SOURCE_DIR"/* "$CHUNKS_DIR"',
    schema: { $schema: 'https://json-schema.org/draft/2020-12/schema', properties: { n: { minimum: 1 } } },
  })
  const request = { app: 'strict', partitioner: 'strict-split', dataSource: bypass }
  const wrong = { app: { size: { width: 1.5, unit: 'cm' }, colour: 1 }, partitioner: { n: 0 } }
  const problems = [
    'params.partitioner/n: must be >= 1',
    "params.app: must have required property 'prompt'",
    'params.app: must NOT have additional properties ("colour")',
    'params.app/size/width: must be integer',
    'params.app/size/unit: must be equal to one of the allowed values: "px", "mm"',
  ].join('; ')
  await expect(jobs.create({ ...request, params: wrong })).rejects.toMatchObject({ status: 400, message: problems })
  await expect(jobs.create(request)).rejects.toThrow("must have required property 'prompt'")
  const { id } = await jobs.create({ ...request, params: { app: { prompt: 'x' } } })
  await expect(jobs.setParams(id, { app: { prompt: 5 } })).rejects.toThrow('params.app/prompt: must be string')
  expect(jobs.get(id).params).toEqual({ app: { prompt: 'x' } })

  // Published again, with another schema: the run is what counts.
  await publish('strict', { code: ': new', schema: { required: ['other'] } })
  await expect(jobs.run(id, {})).rejects.toThrow("must have required property 'other'")
  expect(jobs.get(id).state).toBe('JOB_STATE_NEW')
})

test('a job without a source does not start', async () => {
  const { jobs } = await open()
  const { id } = await jobs.create({ app: 'app' })
  await expect(jobs.run(id, {})).rejects.toMatchObject({
    status: 400,
    message: `job ${id} has no dataSource. Set one; "bypass" stands for no data`,
  })
  jobs.setData(id, { dataSource: bypass })
  expect(await jobs.run(id, {})).toMatchObject({ dataDestination: { dataSourceDescriptor: 'bucket' } })
  await jobs.ended(id)
})

test('what does not exist is not found', async () => {
  const { jobs } = await open()
  const id = '01a21892-d3c9-7000-b329-48e572371962'
  const missing = { status: 404, message: `there is no job ${id}` }
  expect(() => jobs.get(id)).toThrow(expect.objectContaining(missing) as Error)
  for (const call of [
    jobs.create({ jobId: id }),
    jobs.run(id, {}),
    jobs.abort(id, 'x'),
    jobs.delete(id),
    jobs.results(id),
    jobs.ended(id),
    jobs.rerun(id, 'all'),
  ]) {
    await expect(call).rejects.toMatchObject(missing)
  }
})

test('an upload replaces an earlier one, and one that breaks off changes nothing', async () => {
  const { jobs, publish, output } = await open()
  await publish('show', { type: 'partitioner', code: 'cd "$SOURCE_DIR"; tail -n +1 -v * > "$CHUNKS_DIR/all"' })
  await publish('copy', { code: 'cp "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/all"' })
  const { id } = await jobs.create({ app: 'copy', partitioner: 'show', dataSource: { dataSourceDescriptor: 'file' } })
  async function* pieces(...texts: string[]): AsyncGenerator<Buffer> {
    for (const text of texts) {
      if (text === 'break') throw new Error('the connection was lost')
      yield Buffer.from(text)
    }
  }
  await jobs.receiveSource(id, 'first.txt', pieces('1'))
  await jobs.receiveSource(id, undefined, pieces('2', '3'))
  await expect(jobs.receiveSource(id, 'third.txt', pieces('4', 'break'))).rejects.toThrow('the connection was lost')
  jobs.completeUpload(id)
  await jobs.run(id, {})
  await jobs.ended(id)
  expect(await output(id)).toEqual({ all: '==> data.bin <==\n23' })
  await expect(jobs.receiveSource(id, 'late', pieces('5'))).rejects.toMatchObject({ status: 409 })
  const other = await jobs.create({ app: 'copy', dataSource: bypass })
  await expect(jobs.receiveSource(other.id, 'x', pieces('5'))).rejects.toThrow('does not have the data source "file"')
  expect(() => jobs.completeUpload(other.id)).toThrow('no file was uploaded')
})

test('jobs are there after a restart as they were', async () => {
  const directory = await temporaryDirectory()
  const before = openJobPlatform({ directory })
  await before.publish('app', { code: 'echo hello; echo x > "$TASK_RESULTS_DIR/x"' })
  const draft = await before.jobs.create({ app: 'app', name: 'a draft', params: { app: { big: 'x'.repeat(30_000) } } })
  const { id } = await before.finish({ app: 'app', name: 'done' })
  const seen = [[...before.jobs.list()], [...before.jobs.tasks(id)], await before.jobs.task(id, 0), await before.output(id)]
  await before.close()
  const after = openJobPlatform({ directory })
  expect([[...after.jobs.list()], [...after.jobs.tasks(id)], await after.jobs.task(id, 0), await after.output(id)]).toEqual(seen)
  expect(await after.log(id, { part: 'app', chunk: 0 })).toEqual(['hello'])
  after.jobs.setData(draft.id, { dataSource: bypass })
  await after.jobs.run(draft.id, {})
  expect(await after.jobs.ended(draft.id)).toMatchObject({ name: 'a draft', state: 'JOB_STATE_COMPLETE' })
  expect(after.warnings).toEqual([])
})
