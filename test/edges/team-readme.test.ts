import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createCertificate } from '../helpers/certificates.ts'
import { findCode } from '../helpers/code-blocks.ts'
import { onTestFinished } from '../helpers/current-test.ts'
import { uploadBody } from '../helpers/local-store.ts'
import { startPlatform } from '../helpers/platform.ts'
import { runSuccessfully, startProgram } from '../helpers/process.ts'
import { sendRequest, type RequestOptions } from '../helpers/send-request.ts'
import { localBin, serve } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor, within } from '../helpers/wait-for.ts'

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0
const hasNginx = spawnSync('nginx', ['-v']).status === 0
if (!hasSystemd) console.log('Not tested: the unit for systemd, which takes systemd-analyze.')
if (!hasNginx) console.log('Not tested: the configuration of nginx, which takes nginx.')

/** The example in this language in the guide for teams. */
function example(language: string): Promise<string> {
  return findCode('packages/local/docs/team.md', language, '')
}

function replace(text: string, replacements: Record<string, string>): string {
  return Object.entries(replacements).reduce((replaced, [from, to]) => {
    expect(replaced).toContain(from)
    return replaced.replaceAll(from, to)
  }, text)
}

test.runIf(hasSystemd)('systemd finds nothing wrong with the unit', async () => {
  const cwd = await temporaryDirectory()
  await writeFile(join(cwd, 'bytenite-local.service'), replace(await example('ini'), { '/usr/local/bin/bytenite-local': localBin }))
  expect((await runSuccessfully('systemd-analyze', ['verify', './bytenite-local.service'], { cwd })).trim()).toBe('')
})

test("what the unit starts serves, and does not show the key in the system's journal", async () => {
  const directory = join(await temporaryDirectory(), 'data')
  const [, line = ''] = /^ExecStart=\S+ serve (.*)$/m.exec(await example('ini')) ?? []
  const flags = replace(line, { '/var/lib/bytenite-local': directory }).split(' ')
  const server = await serve(['--port', '0', ...flags], { JOURNAL_STREAM: '8:1' })
  const apiKey = (await readFile(join(directory, 'api-key'), 'utf8')).trim()
  await fetch(`${server.exports()['BYTENITE_API_URL']}/auth/access_token`, { method: 'POST', body: JSON.stringify({ apiKey }) })
  server.kill('SIGTERM')
  const { exitCode, stdout, stderr } = await server.end()
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ path: '/v1/auth/access_token', status: 200, key: 'local' })
  expect(stdout + stderr).not.toContain(apiKey)
  expect(stderr).toContain(`export BYTENITE_API_KEY="$(cat '${directory}/api-key')"`)
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

test.runIf(hasNginx)('behind nginx, uploads of any size, links and events pass through', async () => {
  const cwd = await temporaryDirectory()
  const { authorityFile } = await createCertificate(cwd, ['platform.example'])
  const port = await freePort()
  const publicUrl = `https://platform.example:${port}`
  const platform = await startPlatform({ publicUrls: [publicUrl] })
  const server = replace(await example('nginx'), {
    'listen 443 ssl': `listen 127.0.0.1:${port} ssl`,
    '/etc/ssl/platform.example.pem': join(cwd, 'cert.pem'),
    '/etc/ssl/platform.example.key': join(cwd, 'key.pem'),
    'http://127.0.0.1:2983': new URL(platform.apiUrl).origin,
  })
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(cwd, name)};`)
  const frame = `daemon off; master_process off; pid nginx.pid; error_log stderr; events {} http { access_log off; ${folders.join(' ')} `
  await writeFile(join(cwd, 'nginx.conf'), `${frame}\n${server}}\n`)
  const nginx = startProgram('nginx', ['-p', cwd, '-c', join(cwd, 'nginx.conf')], { cwd })
  const ca = await readFile(authorityFile)
  const send = (path: string, options: RequestOptions = {}) =>
    sendRequest(`https://127.0.0.1:${port}`, {
      ...options,
      path,
      ca,
      servername: 'platform.example',
      headers: { host: `platform.example:${port}`, ...options.headers },
    })
  const details = nginx.output
  await waitFor('nginx', async () => (await send('/healthz').catch(() => undefined))?.status === 200, { details })

  const exchanged = await send('/v1/auth/access_token', { method: 'POST', body: JSON.stringify({ apiKey: platform.apiKey }) })
  const { token } = JSON.parse(String(exchanged.body)) as { token: string }
  const headers = { authorization: token }
  const events = await openEvents(port, ca, token)

  // More than nginx takes by default.
  const upload = await send('/v1/dev/apps', { method: 'POST', headers, body: await uploadBody('x'.repeat(3_000_000)) })
  expect(upload.status, String(upload.body)).toBe(200)
  const { message } = JSON.parse(String((await send('/v1/dev/apps/app/download', { headers })).body)) as { message: string }
  expect(message.startsWith(`${publicUrl}/downloads/`)).toBe(true)
  const { pathname, search } = new URL(message)
  expect((await send(pathname + search)).body.length).toBeGreaterThan(3_000_000)

  const created = await send('/v1/customer/jobs', { method: 'POST', headers, body: JSON.stringify({ app: 'app', name: 'job' }) })
  expect(created.status, String(created.body)).toBe(200)
  await within('an event', events.first, { details })
  nginx.kill('SIGTERM')
  await nginx.end()
})

async function openEvents(port: number, ca: Buffer, authorization: string): Promise<{ first: Promise<void> }> {
  const host = `platform.example:${port}`
  const stream = request(`https://127.0.0.1:${port}/v1/customer/events`, {
    ca,
    servername: 'platform.example',
    headers: { host, authorization },
  })
  onTestFinished(() => stream.destroy())
  stream.on('error', () => {})
  stream.end()
  const [response] = (await once(stream, 'response')) as [IncomingMessage]
  expect(response.statusCode).toBe(200)
  const readFirst = async (): Promise<void> => {
    for await (const piece of response) if (String(piece).includes('"event"')) return
    throw new Error('The stream of events ended.')
  }
  return { first: readFirst() }
}
