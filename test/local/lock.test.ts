import { readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLocalPlatform } from 'bytenite-local'
import { expect, test } from 'vitest'
import { openStore, serveRefused, uploadBody } from '../helpers/local-store.ts'
import { accessToken } from '../helpers/platform.ts'
import { readFiles } from '../helpers/project.ts'
import { serve } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor } from '../helpers/wait-for.ts'

test('a second serve on the same directory is refused by the process id and the port of the first', async () => {
  const directory = await temporaryDirectory()
  const first = await serve(['--port', '0', '--dir', directory])
  const [, port] = /:(\d+)\/v1/.exec(first.output()) ?? []
  const before = await readFiles(directory)
  const { exitCode, stdout, stderr } = await serveRefused(directory)
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `bytenite-local: ${directory} is in use by process ${first.pid} (port ${port}). Stop that process, or choose another directory.\nSee bytenite-local/docs/errors.md#directory_in_use\n`,
  })
  expect(await readFiles(directory)).toEqual(before)

  first.kill('SIGTERM')
  expect(await first.end()).toMatchObject({ exitCode: 0, signal: null })
  expect((await readdir(directory)).filter((name) => name.includes('lock'))).toEqual([])
  const second = await serve(['--port', '0', '--dir', directory])
  second.kill('SIGKILL')
})

test('of many that start at once after one was killed, one serves', async () => {
  const directory = await temporaryDirectory()
  const killed = await serve(['--port', '0', '--dir', directory])
  killed.kill('SIGKILL')
  await killed.end()
  expect((await readdir(directory)).filter((name) => name.includes('lock'))).toHaveLength(1)
  const started = await Promise.allSettled(Array.from({ length: 6 }, () => serve(['--port', '0', '--dir', directory])))
  expect(started.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const result of started) if (result.status === 'rejected') expect(String(result.reason)).toMatch(/is in use by process \d+/)
  expect((await readdir(directory)).filter((name) => name.includes('lock'))).toHaveLength(1)
})

test.runIf(process.platform === 'linux')(
  'a lock of another process that has the same id now is stale, and so is one from before a reboot',
  async () => {
    const directory = await temporaryDirectory()
    const { platform } = await openStore(directory)
    const name = (await readdir(directory)).find((entry) => entry.includes('lock')) ?? ''
    const lock = JSON.parse(await readFile(join(directory, name), 'utf8')) as Record<string, unknown>
    expect(lock).toEqual({
      pid: process.pid,
      startTime: expect.any(String) as string,
      bootId: expect.any(String) as string,
      port: expect.any(Number) as number,
    })
    await platform.close()
    for (const change of [{ startTime: '1' }, { bootId: 'another' }]) {
      await writeFile(join(directory, name), JSON.stringify({ ...lock, ...change }))
      await (await openStore(directory)).platform.close()
    }
    await writeFile(join(directory, name), JSON.stringify(lock))
    expect(() => createLocalPlatform({ directory })).toThrow(/is in use by this process \(port \d+\)/)
  },
)

test('a lock that a killed process did not finish writing is stale', async () => {
  const directory = await temporaryDirectory()
  await (await openStore(directory)).platform.close()
  await writeFile(join(directory, 'bytenite-local.lock.1'), '')
  await (await openStore(directory)).platform.close()
  expect((await readdir(directory)).filter((name) => name.includes('lock'))).toEqual([])
})

test('a platform that is closed lets go of its directory, and does nothing any more', async () => {
  const directory = await temporaryDirectory()
  const { platform, apiUrl, upload } = await openStore(directory)
  await upload('x')
  expect(() => createLocalPlatform({ directory })).toThrow(
    expect.objectContaining({ name: 'StoreError', code: 'DIRECTORY_IN_USE' }) as Error,
  )
  const other = await platform.listen()
  await Promise.all([platform.close(), platform.close(), other.close()])
  await platform.close()
  for (const url of [apiUrl, other.apiUrl]) await expect(fetch(`${url}/dev/info`)).rejects.toThrow('fetch failed')
  await expect((async () => platform.fetch(new Request(`${apiUrl}/dev/info`)))()).rejects.toThrow('This platform is closed.')
  await expect((async () => platform.listen())()).rejects.toThrow('This platform is closed.')
  expect((await (await openStore(directory)).call('GET /dev/apps/app')).status).toBe(200)
})

test('an upload that is on its way when the platform closes is not accepted afterwards', async () => {
  const directory = await temporaryDirectory()
  const { platform, apiUrl } = await openStore(directory)
  const authorization = await accessToken(apiUrl, platform.apiKey)
  const upload = await uploadBody('x')
  const { readable, writable } = new TransformStream()
  const writer = writable.getWriter()
  const init = { method: 'POST', headers: { authorization }, body: readable, duplex: 'half' } as RequestInit
  const responding = platform.fetch(new Request(`${apiUrl}/dev/apps`, init))
  await writer.write(new TextEncoder().encode(upload.slice(0, -1)))
  await waitFor('the upload to be kept', async () => (await readdir(join(directory, 'incoming'))).length === 1)
  await platform.close()
  await writer.write(new TextEncoder().encode(upload.slice(-1)))
  await writer.close()
  expect((await responding).status).toBe(503)
  expect(await readdir(join(directory, 'apps'))).toEqual([])
  expect(await readdir(join(directory, 'archives'))).toEqual([])
})

test('a directory is found through a link, and locked as the same', async () => {
  const directory = await temporaryDirectory()
  const links = await temporaryDirectory()
  await symlink(directory, join(links, 'link'))
  const { platform } = await openStore(directory)
  expect(() => createLocalPlatform({ directory: join(links, 'link') })).toThrow('is in use by this process')
  await platform.close()
  await rename(join(links, 'link'), join(links, 'other'))
  await openStore(join(links, 'other'))
})
