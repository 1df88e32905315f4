import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openJobPlatform } from '../helpers/job-platform.ts'
import { run, type Ending } from '../helpers/process.ts'
import { localBin, serve } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { hasTerminal, openTerminal } from '../helpers/terminal.ts'

function gc(directory: string, ...words: string[]): Promise<Ending> {
  return run(process.execPath, [localBin, 'gc', '--dir', directory, ...words], { cwd: process.cwd() })
}

/** A platform that does not run, with a job of the first revision of an app that has three. */
async function usedPlatform(): Promise<{ directory: string; job: string }> {
  const directory = await temporaryDirectory()
  const { publish, finish, close } = openJobPlatform({ directory })
  await publish('app', { code: 'echo 1 > "$TASK_RESULTS_DIR/x"' })
  const { id } = await finish({ app: 'app', name: 'the job' })
  await publish('app', { code: 'echo 2' })
  await publish('app', { code: 'echo 3' })
  await close()
  return { directory, job: id }
}

const archivesOf = async (directory: string): Promise<number> => (await readdir(join(directory, 'archives'))).length

test('gc lists what nothing needs, and removes it only with --yes', async () => {
  const { directory, job } = await usedPlatform()
  const before = await readdir(directory, { recursive: true })
  const listed = await gc(directory)
  expect(listed).toMatchObject({ exitCode: 0, stderr: '' })
  expect(listed.stdout).toMatch(
    /^Revisions that were replaced, and that no job needs:\n {2}KIND {2}TAG {6}REVISION\n {2}app {3}app@1\.0 {2}2\n\nTo remove: \d+\.\d kB\nNothing was removed\. To remove this, add --yes\.\n$/,
  )
  expect((await readdir(directory, { recursive: true })).toSorted()).toEqual(before.toSorted())

  const removed = await gc(directory, '--yes')
  expect(removed.stdout).toMatch(/To remove: \d+\.\d kB\nRemoved\.\n$/)
  expect(await archivesOf(directory)).toBe(2)
  expect((await gc(directory)).stdout).toBe('There is nothing to remove.\n')
  expect(await readdir(join(directory, 'jobs'))).toEqual([job])
})

test('old jobs go, and what only they needed', async () => {
  const { directory, job } = await usedPlatform()
  expect((await gc(directory, '--older-than', '1d', '--max-size', '1M')).stdout).not.toContain(job)
  const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d UTC`
  for (const rule of [
    ['--older-than', '0m'],
    ['--max-size', '0K'],
  ]) {
    expect((await gc(directory, ...rule)).stdout).toMatch(
      new RegExp(
        String.raw`^Jobs that have ended, with their data, results and logs:\n  ID .*\n  ${job}  the job  ${time}  \d.* k?B\n\n[^]*app@1\.0  1\n[^]*app@1\.0  2\n\nUnpacked code of an archive that no job needs\n\nTo remove: `,
      ),
    )
  }
  await gc(directory, '--older-than', '0m', '--yes')
  expect(await readdir(join(directory, 'jobs'))).toEqual([])
  expect(await archivesOf(directory)).toBe(1)
})

test.runIf(hasTerminal)('on a terminal, gc asks', async () => {
  const { directory } = await usedPlatform()
  for (const [answer, said, archives] of [
    ['n', 'Nothing was removed.', 3],
    ['', 'Nothing was removed.', 3],
    ['y', 'Removed.', 2],
  ] as const) {
    const terminal = openTerminal(`'${process.execPath}' '${localBin}' gc --dir '${directory}'`, { cwd: directory })
    await terminal.waitFor('Remove all of this? [y/N]')
    terminal.type(`${answer}\r`)
    await terminal.waitFor(said)
    expect(await terminal.end()).toBe(0)
    expect(await archivesOf(directory)).toBe(archives)
  }
})

test('a platform that runs keeps gc away', async () => {
  const directory = await temporaryDirectory()
  const server = await serve(['--port', '0', '--dir', directory])
  const { exitCode, stdout, stderr } = await gc(directory, '--yes')
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
  expect(stderr).toMatch(
    /is in use by process \d+ \(port \d+\)\. Stop that process, or choose another directory\.\nSee bytenite-local\/docs\/errors\.md#directory_in_use\n$/,
  )
  server.kill()
})

const age = (text: string) => `Invalid --older-than "${text}": expected a number with m, h, d or w for its unit, such as 12h or 30d.`
const size = (text: string) => `Invalid --max-size "${text}": expected a number with K, M, G or T for its unit, such as 500M or 10G.`

test.each([
  [['--older-than', '30'], age('30')],
  [['--older-than', '30y'], age('30y')],
  [['--older-than', 'd'], age('d')],
  [['--max-size', '10'], size('10')],
  [['--max-size', '10X'], size('10X')],
  [['now'], 'Unexpected argument "now".'],
])('the command line gc %j is refused', async (words, message) => {
  const parent = await temporaryDirectory()
  expect(await gc(join(parent, 'data'), ...words)).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: `bytenite-local: ${message}\nSee "bytenite-local gc --help".\n`,
  })
  expect(await readdir(parent)).toEqual([])
})

test('gc makes no directory', async () => {
  const parent = await temporaryDirectory()
  expect((await gc(join(parent, 'none'), '--yes')).stderr).toMatch(/There is no platform in .*: the directory does not exist\./)
  expect(await readdir(parent)).toEqual([])
})
