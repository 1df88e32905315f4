import { readdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listen } from '../helpers/listen.ts'
import { run, runSuccessfully } from '../helpers/process.ts'
import { localBin, serve } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

test('serve says its address first, then the two lines to paste; the key is shown once', async () => {
  const directory = join(await temporaryDirectory(), 'data')
  const first = await serve(['--port', '0', '--dir', directory])
  expect(first.output().split('\n')[0]).toMatch(/http:\/\/127\.0\.0\.1:\d+\/v1$/)
  const { BYTENITE_API_URL, BYTENITE_API_KEY = '' } = first.exports()
  const response = await fetch(`${BYTENITE_API_URL}/auth/access_token`, {
    method: 'POST',
    body: JSON.stringify({ apiKey: BYTENITE_API_KEY }),
  })
  expect(response.status).toBe(200)
  first.kill('SIGTERM')
  expect(await first.end()).toMatchObject({ exitCode: 0, signal: null })

  const second = await serve(['--port', '0', '--dir', directory])
  expect(second.output()).not.toContain(BYTENITE_API_KEY)
  const shown = await runSuccessfully('sh', ['-c', `printf %s ${second.exports()['BYTENITE_API_KEY']}`], { cwd: directory })
  expect(shown.trim()).toBe(BYTENITE_API_KEY)
  second.kill('SIGINT')
  expect(await second.end()).toMatchObject({ exitCode: 0, signal: null })
})

test('serve keeps its data in the user data directory, never the current one', async () => {
  const home = await temporaryDirectory()
  const { output, kill, end } = await serve(['--port', '0'], { HOME: home, XDG_DATA_HOME: '' })
  expect(output()).toContain(join(home, '.local/share/bytenite-local'))
  kill()
  await end()
  expect(await readdir(join(home, '.local/share/bytenite-local'))).toContain('api-key')
})

test('serve accepts a given key, and does not store it', async () => {
  const directory = await temporaryDirectory()
  const { output } = await serve(['--port', '0', '--dir', directory, '--api-key', 'my-own-key-for-the-tests'])
  const [, url] = /(http:\S+)/.exec(output()) ?? []
  const response = await fetch(`${url}/auth/access_token`, { method: 'POST', body: '{"apiKey":"my-own-key-for-the-tests"}' })
  expect(response.status).toBe(200)
  expect(await readdir(directory)).not.toContain('api-key')
})

test('a port that is taken is an error that says what to do', async () => {
  const port = await listen(createServer())
  const directory = await temporaryDirectory()
  const { exitCode, stderr } = await run('node', [localBin, 'serve', '--port', String(port), '--dir', directory], { cwd: directory })
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: expect.stringMatching(new RegExp(`Port ${port} is already in use.*--port 0`)) as string,
  })
})
