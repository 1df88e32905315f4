import { setTimeout as sleep } from 'node:timers/promises'
import { publish, type Progress } from 'bytenite-uploader'
import type { AppRecord } from 'bytenite-uploader/wire'
import { expect, test } from 'vitest'
import { startFaultyPlatform } from '../helpers/faulty-platform.ts'
import { callApi, startPlatform } from '../helpers/platform.ts'
import { readFiles, readRecord } from '../helpers/project.ts'
import { outputProject, publishProject } from '../helpers/publish.ts'
import { responseJson, serveStub } from '../helpers/stub-platform.ts'
import { waitFor, within } from '../helpers/wait-for.ts'

function project(content = 'first'): Promise<string> {
  return outputProject({ 'main.js': content })
}

test.concurrent('what the platform has already is not sent again, and the record is written all the same', async () => {
  const platform = await startPlatform()
  const first = await publishProject(await project(), platform)
  expect(first).toMatchObject({ unchanged: false, replaced: undefined })
  const root = await project()
  const second = await publishProject(root, platform)
  expect(second).toMatchObject({ unchanged: true, verified: true, replaced: undefined, record: first.record })
  expect(await readRecord(root)).toEqual(first.record)
  expect(await platform.uploads()).toEqual(['app@1.0'])
})

test.concurrent('skipUnchanged: false sends it', async () => {
  const platform = await startPlatform()
  const root = await project()
  await publishProject(root, platform)
  expect(await publishProject(root, platform, { skipUnchanged: false })).toMatchObject({
    unchanged: false,
    replaced: undefined,
    record: { revision: '2' },
  })
})

test.concurrent('without a hash to compare with it is sent', async () => {
  let uploads = 0
  const record = { name: 'app', version: '1.0', revision: '1' }
  const apiUrl = await serveStub(
    (request, response) => {
      uploads++
      responseJson(200, record)(request, response)
    },
    responseJson(200, { app: record }),
  )
  const published = await publishProject(await project(), { env: { BYTENITE_API_URL: apiUrl, BYTENITE_API_KEY: '' } }, { accessToken: 't' })
  expect(published).toMatchObject({ unchanged: false, verified: false, replaced: record })
  expect(uploads).toBe(1)
})

test.concurrent('another archive of the same name and version replaces, and what it replaced is told', async () => {
  const platform = await startPlatform()
  const first = await publishProject(await project(), platform)
  await platform.client.apps.activate('app@1.0')
  const { replaced, record } = await publishProject(await project('second'), platform)
  expect(replaced).toMatchObject({ revision: '1', status: 'active', hash: first.hash.base64 })
  expect(record).toMatchObject({ revision: '2', status: 'inactive' })
})

test.concurrent('overwrite: false refuses another archive, sends nothing, and leaves no record', async () => {
  const platform = await startPlatform()
  await publishProject(await project(), platform)
  const root = await project('second')
  await expect(publishProject(root, platform, { overwrite: false })).rejects.toMatchObject({
    code: 'VERSION_EXISTS',
    message: expect.stringMatching(/already has a different archive of app@1\.0 \(revision 1, inactive\)\.\nBump the version/) as string,
  })
  expect(Object.keys(await readFiles(root))).toEqual(['dist/main.js'])
  expect(await platform.uploads()).toEqual(['app@1.0'])
  // The same archive, and another version, may be published.
  await publishProject(await project(), platform, { overwrite: false })
  await publishProject(root, platform, { overwrite: false, manifest: { version: '1.1' } })
  expect(await platform.uploads()).toEqual(['app@1.0', 'app@1.1'])
})

test.concurrent('activate: true activates, and the record says so', async () => {
  const platform = await startPlatform()
  const root = await project()
  const { record } = await publishProject(root, platform, { activate: true })
  expect(record).toMatchObject({ revision: '1', status: 'active' })
  expect(await readRecord(root)).toEqual(record)
  expect((await platform.client.apps.get('app@1.0')).status).toBe('active')
  // What is active already needs nothing.
  expect(await publishProject(root, platform, { activate: true })).toMatchObject({
    unchanged: true,
    record: { updatedAt: record.updatedAt },
  })
})

test.concurrent('an engine is activated as well', async () => {
  const platform = await startPlatform()
  const { record } = await publishProject(await project(), platform, { activate: true, manifest: { type: 'assembler' } })
  expect(record).toMatchObject({ type: 'assembler', status: 'active' })
})

/** A platform whose app becomes active, if at all, after it was looked at so many times. */
async function slowlyActive(looks: number, hash?: string) {
  let uploaded: AppRecord | undefined
  let looked = 0
  let calls = 0
  const apiUrl = await serveStub(
    (request, response) => {
      calls++
      if (request.url?.endsWith('/activate')) return responseJson(200, { ok: true })(request, response)
      uploaded = { name: 'app', version: '1.0', status: 'inactive' }
      responseJson(200, uploaded)(request, response)
    },
    (request, response) => {
      if (uploaded === undefined) return responseJson(404, {})(request, response)
      const status = ++looked > looks ? 'ACTIVE' : 'activating'
      responseJson(200, { app: { ...uploaded, status, ...(hash && { hash }) } })(request, response)
    },
  )
  return { env: { BYTENITE_API_URL: apiUrl, BYTENITE_API_KEY: '', BYTENITE_ACCESS_TOKEN: 't' }, looked: () => looked, calls: () => calls }
}

test.concurrent('activation is waited for', async () => {
  const platform = await slowlyActive(3)
  const { record } = await publishProject(await project(), platform, { activate: true })
  expect(record.status).toBe('ACTIVE')
  expect(platform.looked()).toBe(4)
})

test.concurrent('an app that does not become active in time is an error that says that it is published; its record stays', async () => {
  const platform = await slowlyActive(Infinity)
  const root = await project()
  await expect(publishProject(root, platform, { activate: true, timeout: { total: 3_000 } })).rejects.toMatchObject({
    code: 'NOT_ACTIVATED',
    message: expect.stringMatching(
      /^app@1\.0 is published, but could not be activated: its status is still "activating" after 3 s\.\n/,
    ) as string,
  })
  expect(await readRecord(root)).toMatchObject({ status: 'inactive' })
})

test.concurrent('an app that was replaced before it became active is an error', async () => {
  const platform = await slowlyActive(0, 'Plv5qqtm1jPtm8Brq4jMj9u/zSJMQV85fl62UNxltcM=')
  await expect(publishProject(await project(), platform, { activate: true })).rejects.toMatchObject({
    code: 'NOT_ACTIVATED',
    message: expect.stringContaining('a different archive has replaced it in the meantime') as string,
  })
})

test.concurrent('a refused activation says that it is published, and why it is not active', async () => {
  let isUploaded = false
  const record = { name: 'app', version: '1.0', status: 'inactive' }
  const apiUrl = await serveStub(
    (request, response) => {
      const isActivation = request.url?.endsWith('/activate')
      isUploaded = true
      responseJson(isActivation ? 403 : 200, isActivation ? { code: 7, message: 'plan without activation' } : record)(request, response)
    },
    (request, response) => responseJson(isUploaded ? 200 : 404, { app: record })(request, response),
  )
  const publishing = publishProject(
    await project(),
    { env: { BYTENITE_API_URL: apiUrl, BYTENITE_API_KEY: '' } },
    { activate: true, accessToken: 't' },
  )
  await expect(publishing).rejects.toMatchObject({
    code: 'NOT_ACTIVATED',
    status: 403,
    message: expect.stringMatching(
      /app@1\.0 is published, but could not be activated: POST \S+ was refused with 403: plan without activation/,
    ) as string,
  })
})

test.concurrent('a template is created, left alone, and updated', async () => {
  const platform = await startPlatform()
  const root = await project()
  const first = await publishProject(root, platform, { template: { description: 'd' } })
  const expected = { id: 'app-template', app: 'app@1.0', partitioner: 'passthrough', assembler: 'passthrough', description: 'd' }
  expect(first.template).toEqual({ template: expected, change: 'created' })
  expect((await callApi(platform.apiUrl, platform.apiKey, 'GET /dev/templates/app-template')).json).toEqual(expected)
  expect((await publishProject(root, platform, { template: { description: 'd' } })).template?.change).toBe('unchanged')
  const third = await publishProject(root, platform, { template: { description: 'e', dataSource: { dataSourceDescriptor: 'bypass' } } })
  expect(third.template).toEqual({
    template: { ...expected, description: 'e', dataSource: { dataSourceDescriptor: 'bypass' } },
    change: 'updated',
  })
})

test.concurrent('a template that is refused is an error that says what is published', async () => {
  const apiUrl = await serveStub((request, response) => {
    const respond = request.url?.endsWith('/templates')
      ? responseJson(403, { ok: false, message: 'too many templates' })
      : responseJson(200, { name: 'app', version: '1.0' })
    respond(request, response)
  })
  const root = await project()
  const env = { BYTENITE_API_URL: apiUrl, BYTENITE_API_KEY: '' }
  await expect(publishProject(root, { env }, { accessToken: 't', template: { description: 'd' } })).rejects.toMatchObject({
    code: 'TEMPLATE_NOT_SAVED',
    status: 403,
    message: expect.stringMatching(
      /^app@1\.0 is published, but its job template app-template could not be saved: .*too many templates/,
    ) as string,
  })
  expect(await readRecord(root)).toMatchObject({ name: 'app' })
})

test.concurrent("an engine's template has to say for which app it is", async () => {
  const platform = await startPlatform()
  const options = { manifest: { type: 'partitioner' as const }, template: {} }
  await expect(publishProject(await project(), platform, options)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  expect(
    (
      await publishProject(await project(), platform, {
        ...options,
        template: { app: 'app', dataSource: { dataSourceDescriptor: 'bypass' } },
      })
    ).template?.change,
  ).toBe('created')
})

test.concurrent('progress goes from nothing to everything', async () => {
  const platform = await startPlatform()
  const { apiUrl } = await startFaultyPlatform(platform.apiUrl, async (upload) => {
    // Until something is read, a sender gets no further than the system's buffers.
    await sleep(200)
    await upload.pass()
  })
  const root = await outputProject({ 'main.js': '', 'data.bin': Buffer.alloc(30_000_000, 7) })
  const reports: Progress[] = []
  const start = performance.now()
  const { size } = await publishProject(root, platform, { apiUrl, onProgress: (progress) => reports.push(progress) })
  const seconds = (performance.now() - start) / 1000
  expect(reports.length).toBeGreaterThan(2)
  // At most ten a second, and the last one.
  expect(reports.length).toBeLessThanOrEqual(2 + seconds * 10)
  expect(reports[0]).toEqual({ sent: 0, total: size, rate: 0, remaining: undefined })
  expect(reports.at(-1)).toMatchObject({ sent: size, total: size, remaining: 0 })
  for (const [index, { sent, rate }] of reports.slice(1).entries()) {
    expect(sent).toBeGreaterThan(reports[index]?.sent ?? 0)
    expect(rate).toBeGreaterThan(0)
  }
})

test.concurrent('a signal ends the wait for an activation; what is published stays so, and its record says so', async () => {
  const platform = await slowlyActive(Infinity)
  const root = await project()
  const reason = new Error('stopped by the test')
  const stop = new AbortController()
  const publishing = publishProject(root, platform, { activate: true, signal: stop.signal })
  publishing.catch(() => {})
  await waitFor('a look at the status', platform.looked)
  stop.abort(reason)
  await expect(within('the end of publishing', publishing)).rejects.toBe(reason)
  expect(await readRecord(root)).toMatchObject({ name: 'app', status: 'inactive' })
})

test.concurrent('credentials that are missing are named, with the likely reason', async () => {
  const root = await project()
  const message = async (env: Record<string, string>): Promise<string> =>
    publish({ directory: 'dist', root, env }).then(
      () => '',
      (error: Error) => error.message,
    )
  expect(await message({})).toBe(
    'Found no credentials: neither BYTENITE_API_KEY nor BYTENITE_ACCESS_TOKEN is set.\n' +
      'Set BYTENITE_API_KEY to an API key of your platform ("bytenite-local serve" prints one), or pass the option "apiKey".',
  )
  expect(await message({ TURBO_HASH: 'x' })).toMatch(/is set \(Turborepo hides .* "passThroughEnv" and set "cache": false\)/)
  expect(await message({ GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'pull_request' })).toMatch(
    /is set \(GitHub does not pass secrets to .* forks\)/,
  )
  expect(await message({ GITHUB_ACTIONS: 'true', GITHUB_ACTOR: 'dependabot[bot]' })).toMatch(/Dependabot/)
  expect(await message({ GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'push' })).toMatch(/its workflow sets them in "env"/)
  expect(await message({ CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '1', CI_MERGE_REQUEST_PROJECT_ID: '2' })).toMatch(
    /GitLab does not pass variables/,
  )
})
