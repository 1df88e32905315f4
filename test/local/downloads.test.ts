import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readlink, rm } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { callApi, startPlatform } from '../helpers/platform.ts'
import { outputProject, publishProject } from '../helpers/publish.ts'
import { sendRequest } from '../helpers/send-request.ts'
import { waitFor } from '../helpers/wait-for.ts'

/** A platform with an archive that is larger than all buffers between a server and its client. */
async function startWithArchive() {
  const platform = await startPlatform()
  const root = await outputProject({ 'main.js': 'x', 'data.bin': randomBytes(20_000_000) })
  const { size } = await publishProject(root, platform)
  const { json } = await callApi(platform.apiUrl, platform.apiKey, 'GET /dev/apps/app/download')
  const archives = join(platform.directory, 'archives')
  /** How often this process, in which the platform runs, has an archive open. */
  const countOpen = async (): Promise<number> => {
    const descriptors = await readdir('/proc/self/fd')
    const targets = await Promise.all(descriptors.map((descriptor) => readlink(`/proc/self/fd/${descriptor}`).catch(() => '')))
    return targets.filter((target) => target.startsWith(archives)).length
  }
  return { link: (json as { message: string }).message, size, archives, countOpen }
}

const isLinux = process.platform === 'linux'

test.runIf(isLinux)('HEAD has the headers of GET, and does not open the archive', async () => {
  const { link, size, countOpen } = await startWithArchive()
  for (let count = 0; count < 50; count++) {
    const { status, headers, body } = await sendRequest(link, { method: 'HEAD' })
    expect({ status, length: headers['content-length'], type: headers['content-type'] }).toEqual({
      status: 200,
      length: String(size),
      type: 'application/x-tar',
    })
    expect(body).toHaveLength(0)
  }
  expect(await countOpen()).toBe(0)
})

test.runIf(isLinux)('a download that the client ends closes the archive', async () => {
  const { link, size, countOpen } = await startWithArchive()
  const downloads: IncomingMessage[] = []
  for (let count = 0; count < 20; count++) {
    const [response] = (await once(get(link), 'response')) as [IncomingMessage]
    response.on('error', () => {})
    expect(response.headers['content-length']).toBe(String(size))
    downloads.push(response)
  }
  expect(await countOpen()).toBe(20)
  for (const response of downloads) response.destroy()
  await waitFor('all archives to be closed', async () => (await countOpen()) === 0)
})

test('an archive that is gone is not found', async () => {
  const { link, archives } = await startWithArchive()
  await rm(archives, { recursive: true })
  for (const method of ['GET', 'HEAD']) expect(await sendRequest(link, { method })).toMatchObject({ status: 404 })
  expect(await sendRequest(link)).toMatchObject({ reason: 'this archive was replaced by another one' })
})
