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
]

test("our requests satisfy the contract, and a platform's responses by the contract satisfy us", { timeout: 60_000 }, async () => {
  const apiUrl = await startPrism()
  const client = createClient({ apiUrl, credentials: { apiKey: 'any-key-will-do' }, retries: 0 })
  for (const [name, call] of calls) await expect(call(client), name).resolves.toBeDefined()
})

test("the local platform's responses satisfy the contract", { timeout: 60_000 }, async () => {
  const platform = await startPlatform()
  const apiUrl = await startPrism(platform.apiUrl)
  const client = createClient({ apiUrl, credentials: { apiKey: platform.apiKey }, retries: 0 })
  for (const [name, call] of calls) await expect(call(client), name).resolves.toBeDefined()
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

test('the judge is awake: it refuses requests and responses that break the contract', { timeout: 60_000 }, async () => {
  const mock = await startPrism()
  const post = (path: string, body: object) =>
    fetch(mock + path, { method: 'POST', headers: { authorization: 't', 'content-type': 'application/json' }, body: JSON.stringify(body) })
  expect((await post('/dev/apps', { data: 'not base64' })).status).toBe(422)
  expect((await post('/auth/access_token', { apikey: 'x' })).status).toBe(422)
  expect((await fetch(`${mock}/dev/info`)).status).toBe(401)

  const stub = await serveStub(responseJson(200, {}), responseJson(200, { app: { name: 'app', version: '1.0', hash: 'f'.repeat(64) } }))
  const proxy = await startPrism(stub)
  const response = await fetch(`${proxy}/dev/apps/app`, { headers: { authorization: 't' } })
  expect(response.status).toBe(500)
  expect(await response.text()).toMatch(/VIOLATIONS.*hash/)
})
