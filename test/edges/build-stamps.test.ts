import { spawnSync } from 'node:child_process'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pack, publishOutput, type PublishOptions } from 'bytenite-uploader'
import { findOverlaps, leaveStamps, type Activity, type Stamp } from 'bytenite-uploader/internal/build-stamps'
import { expect, test, vi } from 'vitest'
import { onTestFinished } from '../helpers/current-test.ts'
import { startPlatform } from '../helpers/platform.ts'
import { startProgram, type Program } from '../helpers/process.ts'
import { repository } from '../helpers/project.ts'
import { outputProject, publishProject } from '../helpers/publish.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

/** Uses a directory in a process of its own, and tells how many others it met, until its standard input ends. */
const USE = `
  import { findOverlaps, leaveStamps } from 'bytenite-uploader/internal/build-stamps'
  const [directory, activity, times = 1] = process.argv.slice(-3)
  for (let time = 1; time < times; time++) leaveStamps([directory], activity, console.log)()
  leaveStamps([directory], activity, console.log)
  console.log('left')
  for await (const _ of process.stdin) console.log(findOverlaps([directory], console.log).length + ' met')`

const parameters = ['--input-type=module', '-e', USE, '--', 'secret']

const use = (directory: string, activity: Activity = 'build', times = 1): Program =>
  startProgram('node', [...parameters, directory, activity, String(times)], { cwd: repository })

async function useAndWait(directory: string, activity: Activity = 'build'): Promise<Program> {
  const program = use(directory, activity)
  await program.waitForOutput('left\n')
  return program
}

/** Builds in a process of its own, and ends it, all at once. */
function buildQuickly(root: string): void {
  const { stdout } = spawnSync('node', [...parameters, join(root, 'dist'), 'build', '1'], { cwd: repository, encoding: 'utf8' })
  expect(stdout).toBe('left\n')
}

interface Place {
  root: string
  dist: string
  /** The folder of stamps. */
  folder: string
}

/** A project, and a temporary directory for stamps alone. */
async function createPlace(): Promise<Place> {
  const root = await outputProject({ 'main.js': 'console.log(1)\n', 'bytenite.app.json': '{"name":"stale"}\n' })
  const temporary = await temporaryDirectory()
  vi.stubEnv('TMPDIR', temporary)
  onTestFinished(() => vi.unstubAllEnvs())
  return { root, dist: join(root, 'dist'), folder: join(temporary, `bytenite-builds-${process.getuid?.()}`) }
}

const fail = (message: string): void => expect.unreachable(message)

const manifest = { name: 'app', version: '1.0', entrypoint: 'main.js' }

test('a stamp is a file that only its user can read, names no parameter, and goes without a trace', async () => {
  const { dist, folder } = await createPlace()
  const remove = leaveStamps([dist], 'build', fail)
  const [name = ''] = await readdir(folder)
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600)
  const { since, program, ...stamp } = JSON.parse(await readFile(join(folder, name), 'utf8')) as Stamp
  expect(stamp).toMatchObject({ pid: process.pid, directory: dist, activity: 'build' })
  expect(program).not.toMatch(/[\s/]/)
  expect(Date.now() - Date.parse(since)).toBeLessThan(60_000)
  remove()
  await expect(readdir(folder)).rejects.toThrow('ENOENT')
})

const isReported = { code: 'CONCURRENT_BUILD', message: expect.stringMatching(/process \d+ \(node, since \d\d:\d\d:\d\d\)/) as string }

test('what another process builds into is neither packed nor published, and has no record', async () => {
  const { root, dist } = await createPlace()
  const platform = await startPlatform()
  const builder = await useAndWait(dist)
  await expect(pack({ directory: 'dist', root, manifest })).rejects.toMatchObject(isReported)
  await expect(publishProject(root, platform)).rejects.toMatchObject(isReported)
  const env = { ...platform.env, VITEST: undefined }
  await expect(publishOutput({ directory: 'dist', root, manifest, env })).rejects.toMatchObject(isReported)
  expect(await readdir(dist)).toEqual(['main.js'])
  expect(await platform.uploads()).toEqual([])
  builder.kill()
  await builder.end()
  await publishProject(root, platform)
})

test('a build that begins, and even ends, while the output is packed is noticed', async () => {
  const { root } = await createPlace()
  await writeFile(join(root, 'dist/.env'), 'left out, with a warning')
  const onWarning = vi.fn<(warning: string) => void>(() => buildQuickly(root))
  await expect(pack({ directory: 'dist', root, manifest, onWarning, archiveFile: 'app.tar' })).rejects.toMatchObject(isReported)
  expect(onWarning.mock.calls).toEqual([[expect.stringContaining('.env')]])
  expect(await readdir(root)).toEqual(['dist'])
})

test('a build that begins while the output is sent stops the upload', async () => {
  const { root } = await createPlace()
  const platform = await startPlatform()
  await expect(publishProject(root, platform, { onPacked: () => buildQuickly(root) })).rejects.toMatchObject({ code: 'CONCURRENT_BUILD' })
  expect(await platform.uploads()).toEqual([])
})

test('a build that begins after the output was packed takes nothing but the record', async () => {
  const { root, dist } = await createPlace()
  const platform = await startPlatform()
  // With it, the output is packed before anything is sent.
  const archiveFile = join(root, 'app.tar')
  const options: Partial<PublishOptions> = { archiveFile, onPacked: () => buildQuickly(root) }
  await expect(publishProject(root, platform, options)).rejects.toMatchObject({
    code: 'RECORD_NOT_WRITTEN',
    message: expect.stringMatching(/^app@1\.0 is published, but its record was not written: process \d+ .* meanwhile\./) as string,
  })
  expect(await platform.uploads()).toEqual(['app@1.0'])
  expect(await readdir(dist)).toEqual(['main.js'])
  await publishProject(root, platform, { ...options, record: false })
})

test('those who only read do one another no harm', async () => {
  const { root, dist } = await createPlace()
  const platform = await startPlatform()
  const reader = await useAndWait(dist, 'pack')
  await publishProject(root, platform)
  const env = { ...platform.env, VITEST: undefined, NO_COLOR: '1' }
  const logger = { info() {}, warn: fail, error: fail }
  // What this publishes was built just before, so the other one is told.
  expect(await publishOutput({ directory: 'dist', root, manifest, env, logger })).toMatchObject({ unchanged: true })
  reader.type('\n')
  await reader.waitForOutput('1 met')
})

test('processes that begin at the same moment know of one another, also while others come and go', async () => {
  const { dist, folder } = await createPlace()
  const visitors = [1, 2, 3].map(() => use(join(dist, '..', 'elsewhere'), 'build', 200))
  const builders = [1, 2, 3, 4].map(() => use(dist))
  for (const program of [...builders, ...visitors]) await program.waitForOutput('left\n')
  for (const builder of builders) builder.type('\n')
  for (const builder of builders) await builder.waitForOutput('3 met')
  for (const visitor of visitors) visitor.type('\n')
  for (const visitor of visitors) await visitor.waitForOutput(/^left\n[0-2] met\n$/)
  expect(await readdir(folder)).toHaveLength(7)
})

test('stamps of processes that have ended mean nothing, and are removed', async () => {
  const { dist, folder } = await createPlace()
  const killed = await useAndWait(dist)
  killed.kill('SIGKILL')
  await killed.end()
  const running = await useAndWait(join(dist, '..', 'elsewhere'))
  const names = await readdir(folder)
  const stamps = await Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as Stamp))
  const stamp = { ...stamps.find(({ pid }) => pid === running.pid), directory: dist }
  let count = 0
  const imitate = async (change: Partial<Record<keyof Stamp, unknown>>): Promise<string> => {
    const name = `1-${String(count++).padStart(16, '0')}.jsonl`
    await writeFile(join(folder, name), `${JSON.stringify({ ...stamp, ...change })}\n`)
    return name
  }
  // Also for a directory that is never built again.
  await imitate({ pid: killed.pid, directory: join(dist, '..', 'gone') })
  // Its process id was given to another process, or it is from before the machine was started.
  await imitate({ startTime: '1' })
  await imitate({ bootId: 'an earlier one' })
  await imitate({ startTime: undefined, bootId: undefined, since: '2020-01-01T00:00:00Z' })
  const kept = [
    await imitate({ host: 'another' }),
    await imitate({ pidNamespace: 'pid:[1]' }),
    await imitate({ uid: -1 }),
    await imitate({ directory: 5 }),
  ]
  for (const [name, content] of Object.entries({ '1-ffffffffffffffff.jsonl': '{"pid":', 'a.txt': 'x' })) {
    await writeFile(join(folder, name), content)
    kept.push(name)
  }
  const remove = leaveStamps([dist], 'build', fail)
  expect(findOverlaps([dist], fail)).toEqual([])
  remove()
  const elsewhere = names.find((name) => name.startsWith(`${running.pid}-`)) ?? ''
  expect((await readdir(folder)).toSorted()).toEqual([...kept, elsewhere].toSorted())
})

test('if no stamp can be left, one warning says so, and everything goes on', async () => {
  const { root, folder } = await createPlace()
  await writeFile(folder, 'a file in its place')
  const platform = await startPlatform()
  const onWarning = vi.fn<(warning: string) => void>()
  await publishProject(root, platform, { onWarning })
  await publishProject(root, platform, { onWarning })
  expect(onWarning.mock.calls).toEqual([[expect.stringContaining(`Cannot tell whether another process builds`)]])
  expect(onWarning.mock.calls[0]?.[0]).toContain(`${folder} is not a directory`)
})

test('a directory that nobody may pack is in the way of no build', async () => {
  const { dist } = await createPlace()
  const other = await useAndWait(dist)
  await expect(pack({ directory: '/', root: dist, manifest, env: {} })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  other.type('\n')
  await other.waitForOutput('0 met')
})
