import { join } from 'node:path'
import { publish, type PublishOptions } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { callApi, startPlatform, type TestPlatform } from '../helpers/platform.ts'
import { writeFiles, type Files } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const manifest = { name: 'app', version: '1.0', entrypoint: 'main.js', platformConfig: { container: 'node:22-slim' } }
const standard = { id: 'app-template', app: 'app@1.0', partitioner: 'passthrough', assembler: 'passthrough' }

function parse(bytes: Buffer | undefined): unknown {
  return bytes && JSON.parse(String(bytes))
}

/** Publishes a project with these files in its root; returns what arrived in the root of the archive. */
async function arrivals(platform: TestPlatform, files: Files, options: Partial<PublishOptions> = {}) {
  const root = await temporaryDirectory()
  await writeFiles(root, { 'dist/main.js': 'console.log(1)\n', ...files })
  const published = await publish({ directory: 'dist', root, manifest, env: platform.env, ...options })
  const { 'template.json': template, 'schema.json': schema, ...others } = await platform.extract(published.record)
  return { template: parse(template), schema: parse(schema), others: Object.keys(others).toSorted(), saved: published.template }
}

test('an app has the default template in its archive, and no schema; false packs neither', async () => {
  const platform = await startPlatform()
  const { template, schema, others, saved } = await arrivals(platform, {})
  expect(template).toEqual(standard)
  expect(schema).toBeUndefined()
  expect(others).toEqual(['app/main.js', 'manifest.json'])
  // What nobody wrote is the platform's business.
  expect(saved).toBeUndefined()
  const files = { 'template.json': '{}', 'schema.json': '{}' }
  expect(await arrivals(platform, files, { template: false, schema: false })).toMatchObject({ template: undefined, schema: undefined })
})

test.each([
  ['an object', {}, { template: { description: 'd' } }],
  ['a file', { 'config/job.json': '{"description":"d"}' }, { template: 'config/job.json' }],
  ['template.json', { 'template.json': '\uFEFF{"description":"d"}' }, {}],
] as [string, Files, Partial<PublishOptions>][])('a template from %s is filled in, packed, and confirmed', async (_, files, options) => {
  const platform = await startPlatform()
  const { template, saved } = await arrivals(platform, files, options)
  expect(template).toEqual({ ...standard, description: 'd' })
  expect(saved).toEqual({ template: { ...standard, description: 'd' }, change: 'created' })
  expect((await arrivals(platform, files, options)).saved?.change).toBe('unchanged')
})

test.each([
  ['an object', {}, { schema: { type: 'object', properties: { size: { type: 'integer' } } } }],
  ['a file', { 'config/s.json': '{"type":"object","properties":{"size":{"type":"integer"}}}' }, { schema: 'config/s.json' }],
  ['schema.json', { 'schema.json': '{"type":"object","properties":{"size":{"type":"integer"}}}' }, {}],
  ...[
    'http://json-schema.org/draft-07/schema#',
    'https://json-schema.org/draft/2019-09/schema',
    'https://json-schema.org/draft/2020-12/schema',
  ].map((draft) => [draft, {}, { schema: { $schema: draft, type: 'object', properties: { size: { type: 'integer' } } } }]),
] as [string, Files, Partial<PublishOptions>][])('a schema from %s is packed', async (_, files, options) => {
  expect((await arrivals(await startPlatform(), files, options)).schema).toMatchObject({
    type: 'object',
    properties: { size: { type: 'integer' } },
  })
})

test.each([
  [
    'a template with problems',
    { template: { id: 'no spaces', partitioner: 'x@1.2.3', dataSource: {} } },
    /^Invalid job template from the option "template" \(3 problems\):\n {2}- id is "no spaces".*\n {2}- partitioner is "x@1\.2\.3".*\n {2}- dataSource is \{\}/,
  ],
  ['a template that is not there', { template: 'gone.json' }, /The option "template" names .*gone\.json, which does not exist/],
  ['a template that is not JSON', { template: 'dist/main.js' }, /main\.js is not valid JSON/],
  ['a template that is an array', { template: [] as object }, /The option "template" must be an object/],
  [
    'a schema with a wrong type',
    { schema: { type: 'text' } },
    /The schema of the app's parameters \(from the option "schema"\) is not a valid JSON Schema: \/type/,
  ],
  ['a schema whose draft is not a URI', { schema: { $schema: 'not: a draft' } }, /its draft, not: a draft, is not one of/],
  [
    'a schema of an unknown draft',
    { schema: { $schema: 'https://example.com/draft' } },
    /its draft, https:\/\/example\.com\/draft, is not one of/,
  ],
  ['a schema that is not an object', { schema: [] }, /it must be an object/],
] as [string, Partial<PublishOptions>, RegExp][])('%s stops the publish before anything is sent', async (_, options, message) => {
  const platform = await startPlatform()
  await expect(arrivals(platform, {}, options)).rejects.toMatchObject({
    code: 'INVALID_OPTION',
    message: expect.stringMatching(message) as string,
  })
  expect(await platform.uploads()).toEqual([])
})

test('an engine has no template unless it is given one', async () => {
  const platform = await startPlatform()
  const root = await temporaryDirectory()
  await writeFiles(join(root, 'dist'), { 'main.js': '1\n' })
  const { plannedTemplate } = await publish({ directory: 'dist', root, manifest: { ...manifest, type: 'assembler' }, env: platform.env })
  expect(plannedTemplate).toBeUndefined()
})

test('a template that needs a missing engine stops the publish, until the engine is published', async () => {
  const platform = await startPlatform()
  const template = { partitioner: 'split@1', assembler: 'passthrough' }
  await expect(arrivals(platform, {}, { template })).rejects.toMatchObject({
    code: 'MISSING_ENGINE',
    message: expect.stringMatching(
      /needs the engine split@1, which the platform does not have\. Nothing was uploaded\.[^]*add its package to the app's dependencies/,
    ) as string,
  })
  expect(await platform.uploads()).toEqual([])
  const root = await temporaryDirectory()
  await writeFiles(join(root, 'dist'), { 'main.js': '1\n' })
  await publish({
    directory: 'dist',
    root,
    manifest: { ...manifest, name: 'split', version: '1.2', type: 'partitioner' },
    env: platform.env,
  })
  expect((await arrivals(platform, {}, { template })).saved?.change).toBe('created')
  expect((await callApi(platform.apiUrl, platform.apiKey, 'GET /dev/templates/app-template')).json).toMatchObject(template)
})
