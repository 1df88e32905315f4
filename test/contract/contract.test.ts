import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createArchive,
  createClient,
  createManifest,
  publish,
  resolveOptions,
  selectFiles,
  type Archive,
  type Client,
} from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { SPLIT_LINES, startJobApi, UPPER } from '../helpers/job-api.ts'
import { accessToken, callApi, startPlatform } from '../helpers/platform.ts'
import { writeFiles } from '../helpers/project.ts'
import { responseJson, serveStub } from '../helpers/stub-platform.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { startPrism } from './prism.ts'

// A third party judges: Prism knows nothing but the OpenAPI document beside this file.

const template = {
  id: 'app-template',
  description: 'd',
  app: 'app@1.0',
  partitioner: 'split@1',
  assembler: 'passthrough',
  dataSource: { dataSourceDescriptor: 'bypass', params: {} },
  params: { app: { case: 'upper' } },
  config: { taskTimeout: 60, isTestJob: true, maxTaskRetries: 1 },
}

const manifest = {
  name: 'app',
  version: '1.0',
  description: 'd',
  entrypoint: 'main.js',
  platformConfig: { container: 'c', privateImage: true, username: 'u', token: 'registry-token', secrets: ['s'] },
  deviceRequirements: { minCpu: 0.5, minMemory: 1, gpu: ['tesla t4'] },
}

async function project(): Promise<string> {
  const root = await temporaryDirectory()
  await writeFiles(root, { 'dist/main.js': 'x', 'dist/data.bin': Buffer.alloc(3_000_000, 7) })
  return root
}

async function archiveOf(changes: object = {}): Promise<Archive> {
  const options = resolveOptions({ directory: 'dist', root: await project(), manifest: { ...manifest, ...changes }, env: {} })
  return createArchive(await createManifest(options), await selectFiles(options))
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = []
  for await (const item of items) list.push(item)
  return list
}

/** Every call of the client, in an order in which a platform that remembers can follow. */
const calls: [string, (client: Client) => Promise<unknown>][] = [
  ['getInfo', (client) => client.getInfo()],
  ['uploadApp', async (client) => client.apps.upload(await archiveOf(), { tag: 'app@1.0' })],
  ['listApps', (client) => all(client.apps.list())],
  ['listApps, with all options', (client) => all(client.apps.list({ orderBy: 'createdAt desc', isPublic: false, pageSize: 1 }))],
  ['getApp', (client) => client.apps.get('app@1.0')],
  ['getAppStatus', (client) => client.apps.getStatus('app@1')],
  ['activateApp', (client) => client.apps.activate('app@1.0')],
  ['deactivateApp', (client) => client.apps.deactivate('app')],
  ['uploadEngine', async (client) => client.engines.upload(await archiveOf({ name: 'split', type: 'partitioner' }), { tag: 'split@1.0' })],
  ['listEngines', (client) => all(client.engines.list())],
  ['getEngine', (client) => client.engines.get('split')],
  ['getEngineStatus', (client) => client.engines.getStatus('split@1.0')],
  ['activateEngine', (client) => client.engines.activate('split@1.0')],
  ['deactivateEngine', (client) => client.engines.deactivate('split@1.0')],
  ['saveTemplate', (client) => client.templates.save(template)],
  ['listTemplates', (client) => all(client.templates.list())],
  ['getTemplate', (client) => client.templates.get('app-template')],
  ['createJob', (client) => client.jobs.create({ app: 'app', partitioner: 'passthrough', assembler: 'passthrough' })],
  [
    'createJob, with everything',
    async (client) =>
      client.jobs.create({
        templateId: 'app-template',
        jobId: await newest(client),
        name: 'n',
        description: 'd',
        dataSource: { dataSourceDescriptor: 'bypass' },
        dataDestination: { dataSourceDescriptor: 'bucket', params: {} },
        params: { app: { a: 1 }, partitioner: {}, assembler: {} },
        config: { taskTimeout: 5, jobTimeout: 10, isTestJob: true, maxTaskRetries: 1 },
      }),
  ],
  ['getJob', async (client) => client.jobs.get(await newest(client))],
  ['listJobs', (client) => all(client.jobs.list({ orderBy: 'name desc', pageSize: 1 }))],
  [
    'filterJobs',
    (client) =>
      all(client.jobs.filter([{ field: 'state', condition: 'FILTER_CONDITION_IN', value: ['JOB_STATE_NEW'] }], { orderBy: 'name' })),
  ],
  ['setData', async (client) => client.jobs.setData(await newest(client), { dataSource: { dataSourceDescriptor: 'file' } })],
  ['setParams', async (client) => client.jobs.setParams(await newest(client), { app: { a: 2 } })],
  ['renameJob', async (client) => client.jobs.rename(await newest(client), 'renamed')],
  ['configureJob', async (client) => client.jobs.configure(await newest(client), { taskTimeout: 20 })],
]

async function newest(client: Client): Promise<string> {
  for await (const { id } of client.jobs.list({ pageSize: 1 })) return id
  throw new Error('There is no job.')
}

/** Calls that follow the end of a job. The stand-in for a platform knows of none, but has responses to all of them. */
const endedCalls: [string, (client: Client, id: string) => Promise<unknown>][] = [
  ['getJob', (client, id) => client.jobs.get(id)],
  ['getResults', (client, id) => client.jobs.results(id)],
  ['listTasks', (client, id) => all(client.jobs.tasks(id, { state: 'Completed', pageSize: 1 }))],
  ['getTask', (client, id) => client.jobs.task(id, 0)],
  ['getLogs', (client, id) => client.jobs.logs({ jobId: id })],
  [
    'getLogs, with all filters',
    (client, id) => client.jobs.logs({ jobId: id, taskIds: ['t'], levels: ['INFO'], services: ['TASKRUNNER'] }),
  ],
  ['rerunJob', (client, id) => client.jobs.rerun(id, [0])],
]

test("our requests satisfy the contract, and a platform's responses by the contract satisfy us", async () => {
  const apiUrl = await startPrism()
  const client = createClient({ apiUrl, credentials: { apiKey: 'any-key-will-do' }, retries: 0 })
  for (const [name, call] of calls) await expect(call(client), name).resolves.toBeDefined()
  for (const [name, call] of endedCalls) await expect(call(client, 'j'), name).resolves.toBeDefined()
  for (const call of [client.jobs.run('j', { taskTimeout: 5 }), client.jobs.abort('j'), client.jobs.delete('j')]) await call
})

test("the local platform's responses satisfy the contract", async () => {
  const platform = await startPlatform()
  const apiUrl = await startPrism(platform.apiUrl)
  const client = createClient({ apiUrl, credentials: { apiKey: platform.apiKey }, retries: 0 })
  // As a proxy, Prism takes the quotes off a body that is a string.
  const passed = calls.filter(([name]) => name !== 'renameJob')
  for (const [name, call] of passed) await expect(call(client), name).resolves.toBeDefined()
  const file = join(await temporaryDirectory(), 'app.tar')
  expect(await client.apps.download('app', file)).toMatchObject({ verified: true })
  expect(await client.engines.download('split', file)).toMatchObject({ verified: true })

  const published = await publish({
    directory: 'dist',
    root: await project(),
    manifest: { ...manifest, version: '1.1' },
    env: { BYTENITE_API_URL: apiUrl, BYTENITE_API_KEY: platform.apiKey },
    activate: true,
    template: { description: 'd' },
  })
  expect(published).toMatchObject({ verified: true, record: { status: 'active' }, template: { change: 'updated' } })

  // Refusals are part of the contract, too. Those of the contract itself have another type.
  const token = await accessToken(platform.apiUrl, platform.apiKey)
  for (const [call, status] of [
    ['GET /dev/apps/other', 404],
    ['GET /dev/templates/other', 404],
    ['POST /dev/apps/other/activate', 404],
  ] as const) {
    expect(await callApi(apiUrl, '', call, undefined, token)).toMatchObject({ status, json: { ok: false } })
  }
  expect(await callApi(apiUrl, '', 'GET /dev/info', undefined, 'wrong')).toMatchObject({ status: 401, json: { ok: false } })
})

test("the local platform's responses about jobs satisfy the contract, from the draft to the deletion", async () => {
  const api = await startJobApi()
  await api.publish('up', UPPER)
  await api.publish('split', SPLIT_LINES, { type: 'partitioner' })
  await api.call('POST /dev/templates', { id: 'up-template', app: 'up', partitioner: 'split', assembler: 'passthrough' })
  const apiUrl = await startPrism(api.platform.apiUrl)
  const client = createClient({ apiUrl, credentials: { apiKey: api.platform.apiKey }, retries: 0 })
  const judged = async (call: string, body?: unknown): Promise<{ status: number; json: unknown }> => {
    const [method = '', path = ''] = call.split(' ')
    const headers = { authorization: api.token, 'content-type': 'application/json' }
    const response = await fetch(apiUrl + path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
    return { status: response.status, json: await response.json() }
  }

  const { id } = await client.jobs.create({ templateId: 'up-template', dataSource: { dataSourceDescriptor: 'file' } })
  const input = join(await temporaryDirectory(), 'input.txt')
  await writeFile(input, 'a\nb\n')
  await client.jobs.upload(id, input)
  await client.jobs.run(id, { taskTimeout: 60 })
  expect(await api.ended(id)).toMatchObject({ state: 'JOB_STATE_COMPLETE' })
  for (const [name, call] of endedCalls) await expect(call(client, id), name).resolves.toBeDefined()
  expect(await api.ended(id)).toMatchObject({ state: 'JOB_STATE_COMPLETE' })

  const dataSource = { dataSourceDescriptor: 'bypass' }
  for (const [call, body] of [
    ['GET /customer/info'],
    ['GET /customer/jobs/templates'],
    ['POST /customer/jobs/runningTasks', { jobsIds: [id] }],
    ['POST /customer/datasource/test', { dataSource, listFiles: true }],
    ['POST /auth/secrets', { secret: { id: 's', secretType: 'aws', accessKey: 'a' }, secretKey: 'k' }],
    ['GET /auth/secrets'],
    ['DELETE /auth/secrets/aws/s'],
  ] as const) {
    expect(await judged(call, body), call).toMatchObject({ status: 200 })
  }
  const draft = await client.jobs.create({ app: 'up' })
  expect(await judged(`GET /customer/jobs/${draft.id}/results`)).toMatchObject({ status: 400, json: { ok: false } })
  expect(await judged(`POST /customer/jobs/${id}/abort`)).toMatchObject({ status: 409, json: { ok: false } })
  expect(await judged('POST /customer/jobs', { templateId: 'other' })).toMatchObject({ status: 400, json: { ok: false } })
  await client.jobs.abort(draft.id)
  await client.jobs.delete(id)
  await expect(client.jobs.get(id)).rejects.toMatchObject({ status: 404 })
})

test('the judge is awake: it refuses requests and responses that break the contract', async () => {
  const mock = await startPrism()
  const post = (path: string, body: object) =>
    fetch(mock + path, { method: 'POST', headers: { authorization: 't', 'content-type': 'application/json' }, body: JSON.stringify(body) })
  expect((await post('/dev/apps', { data: 'not base64' })).status).toBe(422)
  expect((await post('/auth/access_token', { apikey: 'x' })).status).toBe(422)
  expect((await post('/customer/jobs', { name: 'of nothing' })).status).toBe(422)
  expect((await post('/customer/jobs/j/run', { taskTimeout: 5 })).status).toBe(422)
  expect((await fetch(`${mock}/dev/info`)).status).toBe(401)

  const stub = await serveStub(responseJson(200, {}), responseJson(200, { app: { name: 'app', version: '1.0', hash: 'f'.repeat(64) } }))
  const proxy = await startPrism(stub)
  const response = await fetch(`${proxy}/dev/apps/app`, { headers: { authorization: 't' } })
  expect(response.status).toBe(500)
  expect(await response.text()).toMatch(/VIOLATIONS.*hash/)
  const jobs = await startPrism(
    await serveStub(responseJson(200, {}), responseJson(200, { job: { id: 'j', state: 'JOB_STATE_RUNNING' }, templateInfo: null })),
  )
  const unknown = await fetch(`${jobs}/customer/jobs/j`, { headers: { authorization: 't' } })
  expect(unknown.status).toBe(500)
  expect(await unknown.text()).toMatch(/VIOLATIONS.*state/)
})
