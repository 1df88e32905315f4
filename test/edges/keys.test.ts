import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { run, type Ending } from '../helpers/process.ts'
import { readFiles, writeFiles } from '../helpers/project.ts'
import { localBin } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

function key(directory: string, ...words: string[]): Promise<Ending> {
  return run(process.execPath, [localBin, 'key', ...words, '--dir', directory], { cwd: process.cwd() })
}

async function statusOf(apiUrl: string, apiKey: string): Promise<number> {
  const response = await fetch(`${apiUrl}/auth/access_token`, { method: 'POST', body: JSON.stringify({ apiKey }) })
  return response.status
}

test('of many that create the same key at once, one does', async () => {
  const { apiUrl, directory } = await startPlatform()
  const endings = await Promise.all(Array.from({ length: 4 }, () => key(directory, 'add', 'ci')))
  const [created, ...others] = endings.filter(({ exitCode }) => exitCode === 0)
  expect(others).toEqual([])
  expect(await statusOf(apiUrl, String(created?.stdout.trim()))).toBe(200)
  for (const { stderr } of endings.filter(({ exitCode }) => exitCode !== 0)) {
    expect(stderr).toBe(
      'bytenite-local: There is a key named ci already. Choose another name, or revoke that key first.\nSee bytenite-local/docs/errors.md#name_taken\n',
    )
  }
  expect((await readdir(join(directory, 'keys'))).toSorted()).toEqual(['ci.json', 'local.json'])
})

test.each<[string[], RegExp]>([
  [[], /Missing what to do: key add <name>, key list, or key revoke <name>\./],
  [['ad', 'ci'], /Unexpected argument "ad": key add <name>/],
  [['add'], /Missing the name of the key: key add <name>\./],
  [['revoke'], /Missing the name of the key: key revoke <name>\./],
  [['add', 'ci', 'cd'], /Unexpected argument "cd"\./],
  [['list', 'ci'], /Unexpected argument "ci"\./],
  [['add', '../ci'], /Invalid name of a key: "\.\.\/ci"\. Use up to 64 lower-case letters/],
  [['add', 'CI'], /Invalid name of a key: "CI"/],
])('the command line key %j is refused', async (words, message) => {
  const parent = await temporaryDirectory()
  const { exitCode, stdout, stderr } = await key(join(parent, 'data'), ...words)
  expect({ exitCode, stdout, stderr }).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(message) as string })
  expect(await readdir(parent)).toEqual([])
})

test('directories that are not a platform are left alone', async () => {
  const parent = await temporaryDirectory()
  for (const words of [['list'], ['revoke', 'ci']]) {
    const { exitCode, stderr } = await key(join(parent, 'none'), ...words)
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: `bytenite-local: There is no platform in ${parent}/none: the directory does not exist. Name another one with --dir.\nSee bytenite-local/docs/errors.md#no_platform\n`,
    })
  }
  await writeFiles(parent, { 'file.txt': 'x' })
  expect(await key(parent, 'add', 'ci')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('is not a directory of') as string })
  expect(Object.keys(await readFiles(parent))).toEqual(['file.txt'])

  const { directory } = await startPlatform()
  expect((await key(directory, 'revoke', 'ci')).stderr).toBe(
    `bytenite-local: There is no key named ci in ${directory}.\nSee bytenite-local/docs/errors.md#unknown_name\n`,
  )
})
