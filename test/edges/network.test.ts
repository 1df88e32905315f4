import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingMessage } from 'node:http'
import { connect, createServer as createTcpServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { beforeAll, expect, test } from 'vitest'
import { createCertificate, type Certificate } from '../helpers/certificates.ts'
import { listen } from '../helpers/listen.ts'
import { startPlatform, type TestPlatform } from '../helpers/platform.ts'
import { runSuccessfully } from '../helpers/process.ts'
import { createProject } from '../helpers/project.ts'
import { sharedDirectory } from '../helpers/temporary-directory.ts'

let certificate: Certificate
const directory = await sharedDirectory()
beforeAll(async () => {
  certificate = await createCertificate(directory, ['localhost', 'platform.test'])
})

function join(left: Socket, right: Socket): void {
  left.pipe(right).on('error', () => left.destroy())
  right.pipe(left).on('error', () => right.destroy())
}

/** A real platform behind a real TLS server, for the hosts localhost and platform.test. */
async function startEncrypted() {
  const platform = await startPlatform({ publicUrls: ['https://platform.test'] })
  const server = createTlsServer({ key: certificate.key, cert: certificate.cert }, (socket) => {
    join(socket, connect(Number(new URL(platform.apiUrl).port), '127.0.0.1'))
  })
  server.on('tlsClientError', () => {})
  return { platform, port: await listen(server), authorityFile: certificate.authorityFile }
}

/** A real CONNECT proxy, which leads everything to one port. */
async function startProxy(port: number, response: 'connect' | 'hang' | number = 'connect') {
  const tunnels: string[] = []
  const logins: (string | undefined)[] = []
  let passed = Buffer.alloc(0)
  const server = createHttpServer()
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    tunnels.push(request.url ?? '')
    logins.push(request.headers['proxy-authorization'])
    if (response === 'hang') return
    if (response !== 'connect') return socket.end(`HTTP/1.1 ${response} No\r\ncontent-length: 0\r\n\r\n`)
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    socket.on('data', (chunk) => (passed = Buffer.concat([passed, chunk])))
    join(socket, connect(port, '127.0.0.1'))
  })
  const proxyPort = await listen(server)
  return { host: `127.0.0.1:${proxyPort}`, tunnels, logins, passed: () => passed.toString('latin1') }
}

interface Outcome {
  code: string
  message: string
}

/** Settings of this machine that a case does not name. */
const noProxies = Object.fromEntries(
  ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]).map((name) => [name, undefined]),
)

/**
 * Publishes from a process of its own, because certificates and proxies are settings of a process.
 * @param timeout options of the client; the defaults are long enough for a machine that does many other things
 */
async function publishFrom(platform: TestPlatform, apiUrl: string, env: Record<string, string>, timeout = {}): Promise<Outcome> {
  const root = await createProject({
    'package.json': '{ "name": "net-app", "version": "1.0.0", "type": "module" }',
    'dist/main.js': 'x',
    'publish.js': `import { publish } from 'bytenite-uploader'
      const options = { directory: 'dist', manifest: { entrypoint: 'main.js' }, retries: 1, timeout: ${JSON.stringify(timeout)} }
      await publish(options).then(
        ({ verified }) => console.log(JSON.stringify({ code: verified ? 'published' : 'not verified', message: '' })),
        ({ code, message }) => console.log(JSON.stringify({ code, message })),
      )`,
  })
  const output = await runSuccessfully('node', ['publish.js'], {
    cwd: root,
    env: { ...noProxies, BYTENITE_API_URL: apiUrl, BYTENITE_API_KEY: platform.apiKey, ...env },
  })
  expect(output).not.toContain(platform.apiKey)
  return JSON.parse(output) as Outcome
}

test.concurrent('a certificate of an authority of one own is trusted with NODE_EXTRA_CA_CERTS', async () => {
  const { platform, port, authorityFile } = await startEncrypted()
  const outcome = await publishFrom(platform, `https://localhost:${port}/v1`, { NODE_EXTRA_CA_CERTS: authorityFile })
  expect(outcome.code).toBe('published')
  expect(await platform.uploads()).toEqual(['net-app@1.0'])
})

test.concurrent('a certificate that is not trusted is not tried twice, and the remedy is named', async () => {
  const { platform, port } = await startEncrypted()
  const { code, message } = await publishFrom(platform, `https://localhost:${port}/v1`, {})
  expect(code).toBe('UNREACHABLE')
  expect(message).toMatch(/the certificate is not trusted \(\w+\)\.\n.*NODE_EXTRA_CA_CERTS/)
})

test.concurrent('a certificate for another host is refused', async () => {
  const { platform, port, authorityFile } = await startEncrypted()
  const { code, message } = await publishFrom(platform, `https://127.0.0.1:${port}/v1`, { NODE_EXTRA_CA_CERTS: authorityFile })
  expect(code).toBe('UNREACHABLE')
  expect(message).toMatch(/the certificate is for a different host\.\n/)
})

test.concurrent('a server that does not speak TLS is recognised', async () => {
  const platform = await startPlatform()
  const { code, message } = await publishFrom(platform, platform.apiUrl.replace('http:', 'https:'), {})
  expect(code).toBe('UNREACHABLE')
  expect(message).toMatch(/the TLS handshake failed \(\w+\)\.\n.*https/)
})

test.concurrent('a proxy is used for https, with its login, and sees nothing of what passes', async () => {
  const { platform, port, authorityFile } = await startEncrypted()
  const proxy = await startProxy(port)
  const { code } = await publishFrom(platform, 'https://platform.test/v1', {
    NODE_EXTRA_CA_CERTS: authorityFile,
    HTTPS_PROXY: `http://user:pass%40word@${proxy.host}`,
  })
  expect(code).toBe('published')
  expect(new Set(proxy.tunnels)).toEqual(new Set(['platform.test:443']))
  expect(proxy.logins[0]).toBe(`Basic ${Buffer.from('user:pass@word').toString('base64')}`)
  expect(proxy.passed().length).toBeGreaterThan(1000)
  expect(proxy.passed()).not.toContain('apps')
  expect(proxy.passed()).not.toContain(platform.apiKey)
})

test.concurrent('NO_PROXY is honoured', async () => {
  const { platform, port, authorityFile } = await startEncrypted()
  const proxy = await startProxy(port)
  const { message } = await publishFrom(platform, 'https://platform.test/v1', {
    NODE_EXTRA_CA_CERTS: authorityFile,
    HTTPS_PROXY: `http://${proxy.host}`,
    NO_PROXY: 'platform.test',
  })
  // The proxy alone knows where that is.
  expect(message).toMatch(/the host name could not be resolved/)
  expect(proxy.tunnels).toEqual([])
})

test.concurrent('HTTP_PROXY alone is not used for https', async () => {
  const { platform, port } = await startEncrypted()
  const proxy = await startProxy(port)
  const env = { HTTP_PROXY: `http://${proxy.host}`, http_proxy: `http://${proxy.host}` }
  const { message } = await publishFrom(platform, 'https://platform.test/v1', env)
  expect(message).toMatch(/the host name could not be resolved/)
  expect(message).not.toContain('A proxy is set')
  expect(proxy.tunnels).toEqual([])
})

test.concurrent('this machine is never looked for behind a proxy', async () => {
  const platform = await startPlatform()
  const proxy = await startProxy(1)
  const env = { HTTP_PROXY: `http://${proxy.host}`, HTTPS_PROXY: `http://${proxy.host}` }
  expect((await publishFrom(platform, platform.apiUrl, env)).code).toBe('published')
  expect(proxy.tunnels).toEqual([])
})

test.concurrent.each<[string, number, RegExp, number]>([
  ['requires a login', 407, /was blocked by the proxy, which requires a login \(407\)\.\n.*http:\/\/USER:PASSWORD@/, 1],
  ['forbids it', 403, /was blocked by the proxy, which responded with 403\.\n.*HTTPS_PROXY/, 1],
  ['cannot reach the platform', 502, /was blocked by the proxy, which responded with 502 \(2 attempts\)\.\n.*HTTPS_PROXY/, 2],
])('a proxy that %s is named', async (_, response, pattern, attempts) => {
  const platform = await startPlatform()
  const proxy = await startProxy(1, response)
  const env = { HTTPS_PROXY: `http://user:s3cr3t-login@${proxy.host}` }
  const { code, message } = await publishFrom(platform, 'https://platform.test/v1', env)
  expect(code).toBe('UNREACHABLE')
  expect(message).toMatch(pattern)
  expect(message).not.toContain('s3cr3t')
  expect(proxy.tunnels).toHaveLength(attempts)
})

test.concurrent('a proxy that never responds is named', async () => {
  const platform = await startPlatform()
  const proxy = await startProxy(1, 'hang')
  const env = { HTTPS_PROXY: `http://user:s3cr3t-login@${proxy.host}` }
  const { code, message } = await publishFrom(platform, 'https://platform.test/v1', env, { idle: 500 })
  expect(code).toBe('UNREACHABLE')
  expect(message).toMatch(/could not connect within 0\.5 s \(2 attempts\)\.\n.*A proxy is set/)
  expect(message).not.toContain('s3cr3t')
})

test.concurrent('a proxy that is not there is suspected', async () => {
  const platform = await startPlatform()
  const closed = createTcpServer()
  const port = await listen(closed)
  closed.close()
  await once(closed, 'close')
  const { message } = await publishFrom(platform, 'https://platform.test/v1', { HTTPS_PROXY: `http://127.0.0.1:${port}` })
  expect(message).toMatch(/failed: nothing is listening at that address.*\n.*A proxy is set, so check HTTPS_PROXY/)
})

test.concurrent("a proxy's address that is no URL is refused without repeating it", async () => {
  const platform = await startPlatform()
  const { code, message } = await publishFrom(platform, 'https://platform.test/v1', { HTTPS_PROXY: 'http://user:s3cr3t login@proxy:port' })
  expect(code).toBe('INVALID_OPTION')
  expect(message).toMatch(/HTTPS_PROXY is not a URL/)
  expect(message).not.toContain('s3cr3t')
})
