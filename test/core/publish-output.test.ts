import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { publishOutput, type PublishOutputOptions } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { startPlatform, type TestPlatform } from '../helpers/platform.ts'
import { runSuccessfully } from '../helpers/process.ts'
import { readFiles, repository, writeFiles } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const manifest = { name: 'app', version: '1.0', entrypoint: 'main.js', platformConfig: { container: 'node:22-slim' } }

async function outputOf(platform: TestPlatform | undefined, options: Partial<PublishOutputOptions> = {}) {
  const root = await temporaryDirectory()
  await writeFiles(root, { 'dist/main.js': 'x', 'dist/bytenite.app.json': '{"name":"stale"}' })
  const lines: string[] = []
  const log = (level: string) => (message: string) =>
    void lines.push(`${level} ${stripVTControlCharacters(message).replace(/\(.*\)/, '(…)')}`)
  const logger = { info: log('info'), warn: log('warn'), error: log('error') }
  const publishing = publishOutput({ directory: 'dist', root, manifest, env: platform?.env ?? {}, logger, retries: 0, ...options })
  return { root, lines, publishing }
}

// The rules are for builds; in Vitest nothing is published.
const outside = { VITEST: undefined } as const

test('under Vitest nothing is packed or published, and it is said', async () => {
  const platform = await startPlatform()
  const { lines, publishing } = await outputOf(platform, { env: { ...platform.env, VITEST: 'true' } })
  expect(await publishing).toBeUndefined()
  expect(lines).toEqual(['info not published: this runs under Vitest'])
})

test('with credentials it publishes, and reports as the plugins do', async () => {
  const platform = await startPlatform()
  const { root, lines, publishing } = await outputOf(platform, { env: { ...platform.env, ...outside } })
  expect(await publishing).toMatchObject({ tag: 'app@1.0', unchanged: false, recordFile: join(root, 'dist/bytenite.app.json') })
  expect(lines).toEqual([
    'info packed app@1.0 (…)',
    'info published app@1.0 (…)',
    'info record in dist/bytenite.app.json',
    'info next: activate app@1.0 so that jobs can use it, not only test runs (…)',
  ])
})

test('without credentials it packs, says why, and leaves no record; publish: true makes that an error', async () => {
  const { root, lines, publishing } = await outputOf(undefined)
  expect(await publishing).toBeUndefined()
  expect(lines).toEqual(['info packed app@1.0 (…)', expect.stringContaining('info not published: no credentials')])
  expect(Object.keys(await readFiles(root))).toEqual(['dist/main.js'])
  const required = await outputOf(undefined, { publish: true })
  await expect(required.publishing).rejects.toMatchObject({ code: 'NO_CREDENTIALS' })
})

test('onError decides about a failure', async () => {
  const platform = await startPlatform()
  const env = { ...platform.env, BYTENITE_API_KEY: 'not-the-key-of-this-platform' }
  await expect((await outputOf(platform, { env })).publishing).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
  const warned = await outputOf(platform, { env, onError: 'warn' })
  expect(await warned.publishing).toBeUndefined()
  expect(warned.lines.at(-1)).toMatch(/^warn \[UNAUTHORIZED\].*\n.*\nSee bytenite-uploader\/docs\/errors\.md#unauthorized$/)
  const seen: unknown[] = []
  const handled = await outputOf(platform, { env, onError: (error) => void seen.push(error) })
  expect(await handled.publishing).toBeUndefined()
  expect(seen).toEqual([expect.objectContaining({ code: 'UNAUTHORIZED' })])
  await expect((await outputOf(platform, { env, onError: 'ignore' as 'warn' })).publishing).rejects.toMatchObject({
    code: 'INVALID_OPTION',
  })
  await expect((await outputOf(platform, { onFailure: 'warn' } as object)).publishing).rejects.toThrow('Unknown option "onFailure"')
})

test('callbacks of the caller are called as well, and lines go to standard error by default', async () => {
  const platform = await startPlatform()
  const root = await temporaryDirectory()
  await writeFiles(root, { 'dist/main.js': 'x', 'dist/.env': '' })
  const script = `import { publishOutput } from 'bytenite-uploader'
    const onPacked = ({ tag }) => console.log('packed: ' + tag)
    const onWarning = (message) => console.log('warned: ' + message)
    const onProgress = ({ sent, total }) => sent === total && console.log('all sent')
    const { tag } = await publishOutput({ directory: 'dist', root: ${JSON.stringify(root)}, manifest: ${JSON.stringify(manifest)}, onPacked, onWarning, onProgress })
    console.log('published: ' + tag)`
  const output = await runSuccessfully('node', ['--input-type=module', '-e', script], {
    cwd: repository,
    env: platform.env,
    warnings: /secrets|warned/,
  })
  const [stdout = '', stderr = ''] = output.split(/\n\n?(?=\[bytenite\])/, 2)
  expect(stdout.split('\n').filter(Boolean)).toEqual([
    expect.stringContaining('warned: Skipped files'),
    'packed: app@1.0',
    'all sent',
    'published: app@1.0',
  ])
  expect(stderr).toMatch(/^\[bytenite\] warning: Skipped/)
})
