import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { ByteNiteError } from 'bytenite-uploader'
import { describeArchive } from 'bytenite-uploader/internal/archive-contents'
import { expect, test } from 'vitest'
import { listen } from '../helpers/listen.ts'
import { startPlatform } from '../helpers/platform.ts'
import { writeFiles } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { uploader } from '../helpers/uploader.ts'

test('a file that changes while its archive is compared is told as that, and not as a fault of the archive', async () => {
  const error = new ByteNiteError('FILE_CHANGED', 'main.js changed while it was being packed.')
  // oxlint-disable-next-line require-yield
  async function* pack(): AsyncGenerator<Buffer> {
    throw error
  }
  await expect(describeArchive(Readable.from(pack()))).rejects.toBe(error)
})

test('the revision that verify names is the one that it has compared', async () => {
  const platform = await startPlatform()
  const root = await temporaryDirectory()
  const named = ['--manifest.name', 'app', '--manifest.version', '1.0']
  await writeFiles(root, { 'old/main.py': 'old', 'new/main.py': 'new' })
  await uploader(['publish', 'old', ...named], { cwd: root, env: platform.env })
  // Somebody publishes between the two requests of verify for the record.
  let records = 0
  const server = createServer(async (request, response) => {
    const isRecord = request.url?.endsWith('/apps/app') === true || request.url?.endsWith('/apps/app%401.0') === true
    if (isRecord && ++records === 2) await uploader(['publish', 'new', ...named], { cwd: root, env: platform.env })
    const { authorization = '' } = request.headers
    const answer = await fetch(`${new URL(platform.apiUrl).origin}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { authorization, 'content-type': 'application/json' },
      ...(request.method === 'POST' && { body: await text(request) }),
    })
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
  })
  const env = { ...platform.env, BYTENITE_API_URL: `http://127.0.0.1:${await listen(server)}/v1` }
  const { stdout } = await uploader(['verify', 'app', 'new', ...named], { cwd: root, env })
  expect(stdout).toMatch(/^the same: app@1\.0, revision 2 is exactly this/)
})
