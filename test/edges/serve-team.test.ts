import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { once } from 'node:events'
import { createLocalPlatform } from 'bytenite-local'
import { expect, test } from 'vitest'
import { createCertificate } from '../helpers/certificates.ts'
import { onTestFinished } from '../helpers/current-test.ts'
import { uploadBody } from '../helpers/local-store.ts'
import { accessToken } from '../helpers/platform.ts'
import { run, startProgram } from '../helpers/process.ts'
import { localBin, serve } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor } from '../helpers/wait-for.ts'

test('serve adds requests to a log, which survives a restart', async () => {
  const directory = await temporaryDirectory()
  const flags = ['--port', '0', '--dir', join(directory, 'data'), '--log', join(directory, 'requests.log')]
  for (const _ of [1, 2]) {
    const server = await serve(flags)
    const { BYTENITE_API_URL: apiUrl = '' } = server.exports()
    await fetch(`${apiUrl}/dev/info`)
    server.kill('SIGTERM')
    expect(await server.end()).toMatchObject({ exitCode: 0, stderr: '' })
  }
  const lines = (await readFile(join(directory, 'requests.log'), 'utf8')).trimEnd().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { path: string }).path)).toEqual(['/v1/dev/info', '/v1/dev/info'])
  expect((await stat(join(directory, 'requests.log'))).mode & 0o777).toBe(0o600)
})

test('a log on the standard output has it for itself', async () => {
  const directory = await temporaryDirectory()
  const server = await serve(['--port', '0', '--dir', directory, '--log', '-'])
  await fetch(`${server.exports()['BYTENITE_API_URL']}/dev/info`)
  await server.waitForOutput('"path"')
  server.kill('SIGTERM')
  const { stdout, stderr } = await server.end()
  expect(JSON.parse(stdout)).toMatchObject({ method: 'GET', path: '/v1/dev/info', status: 401 })
  expect(stderr).toContain('export BYTENITE_API_URL=')
})

test('a log that cannot be written is an error before anything starts', async () => {
  const directory = await temporaryDirectory()
  const flags = ['--port', '0', '--dir', join(directory, 'data'), '--log', join(directory, 'none/requests.log')]
  const { exitCode, stdout, stderr } = await run(process.execPath, [localBin, 'serve', ...flags], { cwd: directory })
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `bytenite-local: Cannot write the log of requests: ENOENT: no such file or directory, open '${directory}/none/requests.log'\n`,
  })
})

test.runIf(process.platform === 'linux')('a log on a full disk is reported once, and requests are served all the same', async () => {
  const server = await serve(['--port', '0', '--dir', await temporaryDirectory(), '--log', '/dev/full'])
  for (let time = 0; time < 3; time++)
    expect(await fetch(`${server.exports()['BYTENITE_API_URL']}/dev/info`)).toMatchObject({ status: 401 })
  server.kill('SIGTERM')
  expect(await server.end()).toMatchObject({
    exitCode: 0,
    stderr: 'bytenite-local: Cannot write the log of requests: ENOSPC: no space left on device, write\n',
  })
})

test.each([
  ['may end', '30', true],
  ['is cut off after the grace', '0.2', false],
])('an upload under way when serve is stopped %s', async (_, grace, isAccepted) => {
  const directory = await temporaryDirectory()
  const server = await serve(['--port', '0', '--dir', directory, '--grace', grace])
  const { BYTENITE_API_URL: apiUrl = '', BYTENITE_API_KEY: apiKey = '' } = server.exports()
  const token = await accessToken(apiUrl, apiKey)
  const body = await uploadBody('x')
  const socket = connect(Number(new URL(apiUrl).port), '127.0.0.1')
  onTestFinished(() => socket.destroy())
  let received = ''
  socket.setEncoding('utf8').on('data', (text: string) => (received += text))
  socket.on('error', () => {})
  socket.write(`POST /v1/dev/apps HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${token}\r\nContent-Length: ${body.length}\r\n\r\n`)
  socket.write(body.slice(0, -20))
  await waitFor('the upload to arrive', () => server.isRunning() && socket.bytesWritten > 0 && socket.writableLength === 0)
  server.kill('SIGTERM')
  await waitFor('the server to refuse requests', () => isRefused(apiUrl))
  if (isAccepted) socket.write(body.slice(-20))
  expect(await server.end(10_000)).toMatchObject({ exitCode: 0, signal: null })
  if (isAccepted) expect(received).toMatch(/^HTTP\/1\.1 200 /)
  else expect(received).toBe('')
  const platform = createLocalPlatform({ directory })
  onTestFinished(() => platform.close())
  const { apiUrl: again } = await platform.listen()
  const response = await fetch(`${again}/dev/apps`, { headers: { authorization: await accessToken(again, platform.apiKey) } })
  expect((await response.json()) as object).toMatchObject({ apps: isAccepted ? [{ name: 'app' }] : [] })
})

async function isRefused(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ status }) => status === 503,
    () => true,
  )
}

test('a second signal ends serve at once', async () => {
  const directory = await temporaryDirectory()
  const server = await serve(['--port', '0', '--dir', directory, '--grace', '60'])
  const { BYTENITE_API_URL: apiUrl = '' } = server.exports()
  const socket = connect(Number(new URL(apiUrl).port), '127.0.0.1')
  onTestFinished(() => socket.destroy())
  socket.on('error', () => {})
  socket.write('POST /v1/auth/access_token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{')
  await waitFor('the request to arrive', async () => !(await isRefused(apiUrl)) && socket.writableLength === 0)
  server.kill('SIGTERM')
  await waitFor('the server to refuse requests', () => isRefused(apiUrl))
  await server.waitForOutput('Stopping: waiting for tasks or requests to end. Press Ctrl-C to stop at once.')
  server.kill('SIGTERM')
  expect(await server.end(5_000)).toMatchObject({ exitCode: null, signal: 'SIGTERM' })
})

test('a certificate that is renewed is used without a restart, and one that cannot be used is not', async () => {
  const directory = await temporaryDirectory()
  const makeFiles = async (name: string) => {
    const folder = await temporaryDirectory()
    const { cert, key } = await createCertificate(folder, [name])
    return { cert, key }
  }
  const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')]
  const replace = async (file: string, content: Buffer | string) => {
    await writeFile(`${file}.new`, content, { mode: 0o600 })
    await rename(`${file}.new`, file)
  }
  const install = async (files: { cert: Buffer; key: Buffer }) => {
    await replace(cert, files.cert)
    await replace(key, files.key)
  }
  await install(await makeFiles('first.example'))
  const flags = ['--port', '0', '--dir', join(directory, 'data'), '--cert', cert, '--key', key]
  const server = await serve(flags)
  const port = Number(new URL(server.exports()['BYTENITE_API_URL'] ?? '').port)
  const nameInUse = async () => {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const { subjectaltname } = socket.getPeerCertificate()
    socket.destroy()
    return subjectaltname
  }
  expect(await nameInUse()).toBe('DNS:first.example')
  await install(await makeFiles('second.example'))
  await waitFor('the second certificate', async () => (await nameInUse()) === 'DNS:second.example')
  await replace(cert, 'broken')
  await server.waitForOutput(/cert\.pem is not a certificate in PEM format.*The certificate from before stays in use\./)
  expect(await nameInUse()).toBe('DNS:second.example')
  server.kill('SIGTERM')
  expect(await server.end()).toMatchObject({ exitCode: 0 })
})

test('a port, a host and a certificate that cannot be had are errors that say what to do', async () => {
  const cwd = await temporaryDirectory()
  const serveOnce = async (...flags: string[]) => {
    const program = startProgram(process.execPath, [localBin, 'serve', '--port', '0', '--dir', 'data', ...flags], { cwd, stdin: 'ignore' })
    const { exitCode, stderr } = await program.end()
    return { exitCode, stderr }
  }
  const team = ['--behind-proxy', '--public-url', 'https://platform.example']
  const notHere = (host: string) =>
    `bytenite-local: ${host} is not an address of this machine. Use --host 0.0.0.0 for all of its addresses.\n`
  for (const host of ['192.0.2.1', 'box.invalid']) {
    expect(await serveOnce('--host', host, ...team)).toEqual({ exitCode: 1, stderr: notHere(host) })
  }
  expect(await serveOnce('--cert', 'a.pem', '--key', 'a.key')).toEqual({
    exitCode: 1,
    stderr:
      "bytenite-local: Cannot read the certificate: ENOENT: no such file or directory, open 'a.pem'.\nSee bytenite-local/docs/errors.md#invalid_certificate\n",
  })
})
