import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLocalPlatform } from 'bytenite-local'
import { expect, test } from 'vitest'
import { run } from '../helpers/process.ts'
import { localBin, serve } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const short = 'x'.repeat(19)
const long = 'x'.repeat(20)

function serveOnce(flags: string[], cwd: string) {
  return run(process.execPath, [localBin, 'serve', '--port', '0', ...flags], { cwd, timeout: 20_000 })
}

test.each(['', short, ` ${short} `, ' '.repeat(20)])('the API key %j is too short for createLocalPlatform', async (apiKey) => {
  const directory = await temporaryDirectory()
  expect(() => createLocalPlatform({ directory, apiKey })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', message: 'The API key is too short: it must have at least 20 characters.' }),
  )
  expect(await readdir(directory)).toEqual([])
  const platform = createLocalPlatform({ directory, apiKey: long })
  expect(platform.apiKey).toBe(long)
  await platform.close()
})

test('a short key in --api-key is wrong usage, and is not repeated', async () => {
  const cwd = await temporaryDirectory()
  const { exitCode, stdout, stderr } = await serveOnce(['--dir', 'data', '--api-key', short], cwd)
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 2,
    stdout: '',
    stderr:
      'bytenite-local: The API key is too short: it must have at least 20 characters.\nSee bytenite-local/docs/errors.md#invalid_option\nSee "bytenite-local serve --help".\n',
  })
  expect(await readdir(cwd)).toEqual([])
})

test.each([
  ['empty', ''],
  ['empty', ' \n'],
  ['too short', `${short}\n`],
])('an API key file that is %s is an error that names it and the remedy', async (problem, content) => {
  const cwd = await temporaryDirectory()
  // Creates everything else, so that this is a directory of the platform.
  const server = await serve(['--port', '0', '--dir', join(cwd, 'data')])
  server.kill('SIGTERM')
  await server.end()
  await writeFile(join(cwd, 'data/api-key'), content)
  const { exitCode, stdout, stderr } = await serveOnce(['--dir', 'data'], cwd)
  const message =
    `The API key in ${join(cwd, 'data/api-key')} is ${problem}. ` +
    'Delete the file to get a new key, or put one of at least 20 characters into it.'
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `bytenite-local: ${message}\nSee bytenite-local/docs/errors.md#invalid_key_file\n`,
  })
  expect(() => createLocalPlatform({ directory: join(cwd, 'data') })).toThrow(
    expect.objectContaining({ code: 'INVALID_KEY_FILE', message }),
  )
})
