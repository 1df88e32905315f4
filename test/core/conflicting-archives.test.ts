import { stripVTControlCharacters } from 'node:util'
import { publishOutput, type PublishOutputOptions, type PublishResult } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { startFaultyPlatform } from '../helpers/faulty-platform.ts'
import { startPlatform, type TestPlatform } from '../helpers/platform.ts'
import { writeFiles } from '../helpers/project.ts'
import { manifest, outputProject } from '../helpers/publish.ts'
import { waitFor, within } from '../helpers/wait-for.ts'

/** Publishes an output as a build does. Outside Vitest, where nothing would be published. */
async function publishBuild(
  platform: TestPlatform,
  content: string,
  options: Partial<PublishOutputOptions> = {},
): Promise<{ root: string; lines: string[]; publishing: Promise<PublishResult | undefined> }> {
  const root = await outputProject({ 'main.js': content })
  const lines: string[] = []
  const log = (message: string): void => void lines.push(stripVTControlCharacters(message))
  const logger = { info: log, warn: log, error: log }
  const env = { ...platform.env, VITEST: undefined }
  const publishing = publishOutput({ directory: 'dist', root, manifest, env, logger, retries: 0, ...options })
  // It is waited for only below.
  publishing.catch(() => {})
  return { root, lines, publishing }
}

const conflict = {
  code: 'CONFLICTING_ARCHIVES',
  message: expect.stringMatching(/^Two builds publish different archives as app@1\.0: .*\(already published\) and /) as string,
}

test.each([
  ['one after the other', async (first: Promise<unknown>) => void (await first)],
  ['at the same time', async () => {}],
])('two different archives under one tag are an error before the second is sent: %s', async (_, betweenThem) => {
  const platform = await startPlatform()
  const first = await publishBuild(platform, 'first')
  await betweenThem(first.publishing)
  // Without a need for its hash otherwise.
  const second = await publishBuild(platform, 'second', { skipUnchanged: false })
  await expect(second.publishing).rejects.toMatchObject(conflict)
  expect((await first.publishing)?.record.revision).toBe('1')
  expect(await platform.uploads()).toEqual(['app@1.0'])
  // The first needed no hash before.
  expect(first.lines.join('\n')).toMatch(
    /^packed app@1\.0 \(1 file, [\d.]+ kB\)\npublished app@1\.0 \(.*, sha256 [0-9a-f]{64}, [\d.]+ s\)$/m,
  )
  expect(second.lines.join('\n')).not.toContain('packed')
})

test('the same directory again, as the hook of a watcher does, is replaced', async () => {
  const platform = await startPlatform()
  const first = await publishBuild(platform, 'first')
  await first.publishing
  await writeFiles(first.root, { 'dist/main.js': 'second' })
  const second = await publishBuild(platform, 'second', { root: first.root })
  expect(await second.publishing).toMatchObject({ record: { revision: '2' }, replaced: { revision: '1' } })
})

test('the same archive twice, at the same time, is sent once', async () => {
  const platform = await startPlatform()
  const builds = await Promise.all([publishBuild(platform, 'same'), publishBuild(platform, 'same')])
  const results = await Promise.all(builds.map(({ publishing }) => publishing))
  expect(results.map((result) => result?.unchanged).toSorted()).toEqual([false, true])
  expect(await platform.uploads()).toEqual(['app@1.0'])
  // What was hashed first shows its hash where it is packed.
  const lines = builds.flatMap((build) => build.lines).filter((line) => /packed|published|up to date/.test(line))
  expect(lines.filter((line) => line.includes('sha256'))).toHaveLength(2)
})

test('a publish that fails leaves its tag to the next one, which waited for it', async () => {
  const platform = await startPlatform()
  let uploads = 0
  const faulty = await startFaultyPlatform(platform.apiUrl, async (upload) => {
    uploads = upload.number
    if (upload.number > 1) return upload.pass()
    await waitFor('the second build', () => second !== undefined)
    await upload.receive()
    upload.response(400, '{}')
  })
  let second: Promise<PublishResult | undefined> | undefined
  const first = await publishBuild(platform, 'first', { apiUrl: faulty.apiUrl })
  await waitFor('the first upload', () => uploads)
  second = (await publishBuild(platform, 'second', { apiUrl: faulty.apiUrl })).publishing
  await expect(first.publishing).rejects.toMatchObject({ code: 'REFUSED' })
  expect(await second).toMatchObject({ unchanged: false, replaced: undefined })
})

test('a signal ends the wait for another publish of the tag, and whoever comes after still waits', async () => {
  const platform = await startPlatform()
  let goOn = (): void => {}
  let isUploading = false
  const faulty = await startFaultyPlatform(platform.apiUrl, async (upload) => {
    isUploading = true
    await new Promise<void>((resolve) => (goOn = resolve))
    await upload.pass()
  })
  const options = { apiUrl: faulty.apiUrl }
  const first = await publishBuild(platform, 'first', options)
  await waitFor('the first upload', () => isUploading)
  const stop = new AbortController()
  const second = await publishBuild(platform, 'second', { ...options, signal: stop.signal })
  const third = await publishBuild(platform, 'third', options)
  stop.abort(new Error('changed my mind'))
  await expect(within('the end of the second', second.publishing)).rejects.toThrow('changed my mind')
  // Time enough for a question of the third, if it did not wait.
  for (let round = 0; round < 5; round++) await fetch(faulty.apiUrl)
  const questions = faulty.requests.filter((call) => call.startsWith('GET /v1/dev/apps/'))
  expect(questions).toHaveLength(1)
  goOn()
  await first.publishing
  await expect(third.publishing).rejects.toMatchObject(conflict)
  expect(await platform.uploads()).toEqual(['app@1.0'])
})
