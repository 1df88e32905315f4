import { createClient, pack, publish, resolveOptions, type ClientOptions, type PublishOptions } from 'bytenite-uploader'
import { expect, test } from 'vitest'

test.each([
  [{ exlude: '**/*.key' }, 'exlude', 'Did you mean "exclude"?'],
  [{ api_key: 'k' }, 'api_key', 'Did you mean "apiKey"?'],
  [{ publish: true }, 'publish', 'Known options: directory, root, '],
  [{ manifest: { plattform: 'docker' } }, 'manifest.plattform', 'Did you mean "manifest.platform"?'],
  [{ manifest: { platform_config: {} } }, 'manifest.platform_config', 'Did you mean "manifest.platformConfig"?'],
  [{ manifest: { platformConfig: { image: 'x' } } }, 'manifest.platformConfig.image', 'Known options: container, '],
  [
    { manifest: { deviceRequirements: { mincpu: 1 } } },
    'manifest.deviceRequirements.mincpu',
    'Did you mean "manifest.deviceRequirements.minCpu"?',
  ],
  [{ timeout: { answer: 1 } }, 'timeout.answer', 'Known options: idle, response, total.'],
  [{ checks: { 'missing-imports': 'off' } }, 'checks.missing-imports', 'Did you mean "checks.missing-import"?'],
  [{ checks: { toString: 'off' } }, 'checks.toString', 'Known options: missing-import, '],
  [{ template: { asembler: 'a' } }, 'template.asembler', 'Did you mean "template.assembler"?'],
  [{ template: { config: { taskTimeOut: 1 } } }, 'template.config.taskTimeOut', 'Did you mean "template.config.taskTimeout"?'],
  [{ template: { dataSource: { descriptor: 'x' } } }, 'template.dataSource.descriptor', 'Known options: dataSourceDescriptor, params.'],
])('%j is refused, with what may be meant', async (options, name, hint) => {
  const given = { directory: 'dist', env: {}, ...options } as PublishOptions
  for (const use of [() => pack(given), () => publish(given), async () => resolveOptions(given)]) {
    await expect(use()).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(`Unknown option "${name}".\n${hint}`) as string,
    })
  }
})

test.each([[{ manifest: 'x' }], [{ timeout: 5 }], [{ checks: ['off'] }], [{ template: { params: [] } }]])(
  '%j must be an object',
  (options) => {
    const resolving = () => resolveOptions({ directory: 'dist', env: {}, ...options } as unknown as PublishOptions)
    expect(resolving).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
    expect(resolving).toThrow(/must be an object\./)
  },
)

test.each([
  [{ retrys: 1 }, 'retrys'],
  [{ credentials: { apikey: 'k' } }, 'credentials.apikey'],
  [{ timeout: { totale: 1 } }, 'timeout.totale'],
])('a client refuses %j', (options, name) => {
  const creating = () => createClient({ apiUrl: 'https://platform.example/v1', credentials: { apiKey: 'k' }, ...options } as ClientOptions)
  expect(creating).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  expect(creating).toThrow(`Unknown option "${name}".`)
})

test("the client's functions refuse unknown options, too", async () => {
  const { apps } = createClient({ apiUrl: 'http://127.0.0.1:9/v1', credentials: { accessToken: 't' } })
  const listing = apps.list({ pagesize: 5 } as object)
  await expect(listing.next()).rejects.toThrow('Unknown option "pagesize".\nDid you mean "pageSize"?')
  const archive = { files: 0, size: 0, read: async function* () {} }
  const uploading = apps.upload(archive, { tag: 'a@1.0', onprogress: () => {} } as never)
  await expect(uploading).rejects.toThrow('Unknown option "onprogress".\nDid you mean "onProgress"?')
})
