import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { callApi } from '../helpers/platform.ts'
import { serve } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

test('a failure of the platform is explained to its owner, and only referred to in the response', async () => {
  const directory = await temporaryDirectory()
  const server = await serve(['--port', '0', '--dir', directory])
  const { BYTENITE_API_URL: apiUrl = '', BYTENITE_API_KEY: apiKey = '' } = server.exports()
  await rm(join(directory, 'templates'), { recursive: true })
  await writeFile(join(directory, 'templates'), 'a file where there was a directory')
  const { status, json } = await callApi(apiUrl, apiKey, 'POST /dev/templates', '{"id":"t","app":"a"}')
  expect({ status, json }).toEqual({
    status: 500,
    json: {
      ok: false,
      requestId: expect.any(String) as string,
      message: 'the platform printed the reason, with the ID of this request',
      error: {
        code: 500,
        message: 'internal error',
        description: 'the platform printed the reason, with the ID of this request',
      },
    },
  })
  const { requestId } = json as { requestId: string }
  await server.waitForOutput(`Request ${requestId} failed: Error: ENOTDIR`)
  await server.waitForOutput(join(directory, 'templates'))
  server.kill('SIGTERM')
  const { stdout, stderr } = await server.end()
  expect(stderr).toContain(requestId)
  expect(stdout).not.toContain(requestId)
})
