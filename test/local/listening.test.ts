import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { createLocalPlatform, type LocalPlatform, type LocalPlatformOptions } from 'bytenite-local'
import { expect, test } from 'vitest'
import { createCertificate, type Certificate } from '../helpers/certificates.ts'
import { onTestFinished } from '../helpers/current-test.ts'
import { uploadBody } from '../helpers/local-store.ts'
import { runSuccessfully } from '../helpers/process.ts'
import { sendRequest, type RequestOptions } from '../helpers/send-request.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

async function createPlatform(options: LocalPlatformOptions = {}): Promise<LocalPlatform> {
  const platform = createLocalPlatform({ directory: await temporaryDirectory(), ...options })
  onTestFinished(() => platform.close())
  return platform
}

interface Files {
  directory: string
  cert: string
  key: string
  certificate: Certificate
}

async function certificateFiles(hosts: string[]): Promise<Files> {
  const directory = await temporaryDirectory()
  const certificate = await createCertificate(directory, hosts)
  await chmod(join(directory, 'key.pem'), 0o600)
  return { directory, cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem'), certificate }
}

/** An address at which other machines would reach this one. */
function outerAddress(): string | undefined {
  const addresses = Object.values(networkInterfaces()).flat()
  return addresses.find((address) => address?.family === 'IPv4' && !address.internal)?.address
}

/** Requests that need a token, each with its own. */
async function call(url: string, { apiKey }: LocalPlatform, options: RequestOptions): Promise<{ status: number; body: unknown }> {
  const { path = '' } = options
  const exchange = { ...options, method: 'POST', body: JSON.stringify({ apiKey }), path: '/v1/auth/access_token' }
  const { token } = JSON.parse(String((await sendRequest(url, exchange)).body)) as { token: string }
  const { status, body } = await sendRequest(url, { ...options, path, headers: { ...options.headers, authorization: token } })
  return { status, body: JSON.parse(String(body)) as unknown }
}

test('a platform with a certificate serves other machines by HTTPS, and its links lead there', async () => {
  const warnings: string[] = []
  const publicUrls = ['https://platform.example:2983', 'https://other.example']
  const platform = await createPlatform({ publicUrls, onWarning: (message) => warnings.push(message) })
  const { certificate, ...tls } = await certificateFiles(['platform.example'])
  const { apiUrl, port } = await platform.listen({ host: '0.0.0.0', tls })
  expect(apiUrl).toBe('https://platform.example:2983/v1')

  const ca = await readFile(certificate.authorityFile)
  const url = `https://${outerAddress() ?? '127.0.0.1'}:${port}`
  const options = { ca, servername: 'platform.example', headers: { host: 'platform.example:2983' } }
  await call(url, platform, { ...options, method: 'POST', path: '/v1/dev/apps', body: await uploadBody('x') })
  const { body } = await call(url, platform, { ...options, path: '/v1/dev/apps/app/download' })
  const { message } = body as { message: string }
  expect(message).toMatch(/^https:\/\/platform\.example:2983\/downloads\//)
  const link = new URL(message)
  expect(await sendRequest(url, { ...options, path: link.pathname + link.search })).toMatchObject({ status: 200 })

  expect(await sendRequest(url, { ...options, path: '/v1/dev/info', headers: { host: `127.0.0.1:${port}` } })).toMatchObject({
    status: 401,
  })
  expect(await sendRequest(url, { ...options, path: '/v1/dev/info', headers: { host: `10.1.2.3:${port}` } })).toMatchObject({ status: 421 })
  await expect(sendRequest(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow()
  expect(warnings).toEqual([])
})

test('on the loopback interface, the address is its own, by HTTP or HTTPS, IPv4 or IPv6', async () => {
  const platform = await createPlatform()
  const { certificate: _, ...tls } = await certificateFiles(['localhost'])
  for (const [options, expected] of [
    [{}, 'http://127.0.0.1'],
    [{ tls }, 'https://127.0.0.1'],
    [{ host: 'localhost' }, 'http://localhost'],
    [{ host: '127.0.0.2' }, 'http://127.0.0.2'],
    // Where there is IPv6.
    ...(networkInterfaces()['lo']?.some(({ address }) => address === '::1') ? [[{ host: '::1' }, 'http://[::1]'] as const] : []),
  ] as const) {
    const { apiUrl, port } = await platform.listen(options)
    expect(apiUrl).toBe(`${expected}:${port}/v1`)
  }
})

const needsTls =
  /^Other machines can reach .*, and without TLS anyone on the way can read API keys\. Add --cert and --key, or --behind-proxy/
const needsUrl = /^To serve other machines on .*, add --public-url with the address that they use/

test.each([
  ['0.0.0.0', {}, needsTls],
  ['::', {}, needsTls],
  ['192.168.1.2', {}, needsTls],
  ['box.example', {}, needsTls],
  ['localhost.example', {}, needsTls],
  ['127.0.0.1.example', {}, needsTls],
  ['', {}, needsTls],
  ['0.0.0.0', { behindProxy: true }, needsUrl],
  ['0.0.0.0', { tls: { cert: 'cert.pem', key: 'key.pem' } }, needsUrl],
  ['127.0.0.1', { port: 65_536 }, /^Invalid port 65536/],
  ['127.0.0.1', { port: 0.5 }, /^Invalid port 0\.5/],
])('the host %j with %j is refused', async (host, options, message) => {
  const platform = await createPlatform()
  await expect(platform.listen({ host, ...options })).rejects.toMatchObject({
    name: 'ConfigurationError',
    code: 'INVALID_OPTION',
    message: expect.stringMatching(message) as string,
  })
  expect((await platform.listen()).apiUrl).toMatch(/^http:\/\/127\.0\.0\.1:/)
})

test('behind a proxy it listens without TLS, and believes no header but the host', async () => {
  const platform = await createPlatform({ publicUrls: ['https://platform.example'] })
  const { apiUrl, port } = await platform.listen({ host: '0.0.0.0', behindProxy: true })
  expect(apiUrl).toBe('https://platform.example/v1')
  const url = `http://127.0.0.1:${port}`
  const forwarded = { 'x-forwarded-host': 'platform.example', 'x-forwarded-proto': 'http', forwarded: 'host=platform.example;proto=http' }
  expect(await sendRequest(url, { path: '/v1/dev/info', headers: { host: 'evil.example', ...forwarded } })).toMatchObject({ status: 421 })
  const toProxy = { headers: { host: 'platform.example', ...forwarded, 'x-forwarded-host': 'evil.example' } }
  await call(url, platform, { ...toProxy, method: 'POST', path: '/v1/dev/apps', body: await uploadBody('x') })
  const { body } = await call(url, platform, { ...toProxy, path: '/v1/dev/apps/app/download' })
  expect((body as { message: string }).message).toMatch(/^https:\/\/platform\.example\/downloads\//)
})

test('a certificate and a key that cannot be used are refused with the reason', async () => {
  const platform = await createPlatform()
  const { directory, cert, key } = await certificateFiles(['localhost'])
  const other = await certificateFiles(['localhost'])
  const at = (name: string) => join(directory, name)
  await writeFile(at('text'), 'no certificate')
  await runSuccessfully('openssl', ['pkey', '-aes256', '-passout', 'pass:secret', '-in', key, '-out', 'locked.key'], { cwd: directory })
  const weak = '-x509 -newkey rsa:512 -nodes -keyout weak.key -out weak.pem -days 2 -subj /CN=weak'
  await runSuccessfully('openssl', ['req', ...weak.split(' ')], { cwd: directory })
  for (const [tls, message] of [
    [{ cert: at('none'), key }, `Cannot read the certificate: ENOENT: no such file or directory, open '${at('none')}'.`],
    [{ cert, key: at('none') }, `Cannot read the private key: ENOENT: no such file or directory, open '${at('none')}'.`],
    [{ cert, key: directory }, 'Cannot read the private key: EISDIR: illegal operation on a directory, read.'],
    [{ cert: at('text'), key }, `${at('text')} is not a certificate in PEM format, which starts with "-----BEGIN CERTIFICATE-----".`],
    [{ cert: key, key }, `${key} is not a certificate in PEM format, which starts with "-----BEGIN CERTIFICATE-----".`],
    [{ cert, key: cert }, `${cert} is not a private key in PEM format, which starts with "-----BEGIN PRIVATE KEY-----" or similar.`],
    [{ cert, key: other.key }, `${other.key} is not the key of the certificate ${cert}. Name the two files that were issued together.`],
    [
      { cert, key: at('locked.key') },
      `The private key ${at('locked.key')} has a passphrase. Write one without: openssl pkey -in ${at('locked.key')} -out plain.key`,
    ],
    [
      { cert: at('weak.pem'), key: at('weak.key') },
      expect.stringMatching(/^The certificate .*weak\.pem cannot be used: .*small/) as string,
    ],
  ] as const) {
    await expect(platform.listen({ tls })).rejects.toMatchObject({ name: 'ConfigurationError', code: 'INVALID_CERTIFICATE', message })
  }
})

test('a key that all users can read and a certificate that has expired are only warned of', async () => {
  const warnings: string[] = []
  const platform = await createPlatform({ onWarning: (message) => warnings.push(message) })
  const { directory, cert, key } = await certificateFiles(['localhost'])
  const group = join(directory, 'group.pem')
  await copyFile(key, group)
  await chmod(group, 0o640)
  await platform.listen({ tls: { cert, key: group } })
  expect(warnings).toEqual([])
  await chmod(group, 0o644)
  await platform.listen({ tls: { cert, key: group } })
  expect(warnings).toEqual([`All users of this machine can read the private key ${group}. To change that: chmod o-r ${group}`])

  const openssl = (line: string) => runSuccessfully('openssl', line.split(' '), { cwd: directory })
  await openssl('x509 -req -in request.pem -signkey key.pem -days -1 -out old.pem')
  await platform.listen({ tls: { cert: join(directory, 'old.pem'), key } })
  expect(warnings.slice(1)).toEqual([
    expect.stringMatching(/old\.pem has expired \(\w{3} .* GMT\), so clients refuse it\. Renew it\.$/) as string,
  ])
})

test('/healthz says that the platform runs, and its version, to whoever asks by any host', async () => {
  const platform = await createPlatform()
  const { apiUrl } = await platform.listen()
  for (const host of ['localhost', '10.1.2.3:2983', 'evil.example']) {
    const { status, headers, body } = await sendRequest(apiUrl, { path: '/healthz', headers: { host } })
    expect(status).toBe(200)
    expect(JSON.parse(String(body))).toEqual({ ok: true, version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string })
    expect(headers).not.toHaveProperty('access-control-allow-origin')
  }
})
