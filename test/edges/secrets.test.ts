import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { run } from '../helpers/process.ts'
import { rollup } from '../helpers/programs.ts'
import { createProject, readFiles } from '../helpers/project.ts'
import { responseJson, serveStub } from '../helpers/stub-platform.ts'

// What a platform, or a proxy that reads along, repeats must not end up in anything that is kept or shown.

const apiKey = 'key-0123456789-secret'
const accessToken = 'token/0123456789+secret='
const registryToken = 'registry "0123456789" secret'
const bare = [apiKey, accessToken, registryToken]
const secrets = [apiKey, accessToken, registryToken, encodeURIComponent(accessToken), JSON.stringify(registryToken).slice(1, -1)]
const echo = { echo: secrets, header: `Authorization: ${accessToken}` }

const uploadResponses: Record<string, RequestListener> = {
  'a success that repeats them': responseJson(200, {
    name: 'secret-app',
    version: '1.0',
    platformConfig: { container: 'c', token: registryToken },
    ...echo,
    [accessToken]: { [apiKey]: registryToken },
  }),
  'a refusal that spells them otherwise': responseJson(400, {
    message: secrets
      .flatMap((secret) => [0, 1, 2].map((before) => Buffer.from('.'.repeat(before) + secret + '...').toString('base64')))
      .join(' '),
    error: { description: bare.map((secret) => Buffer.from(`user:${secret}`).toString('base64url')).join(' ') },
  }),
  'a refusal': responseJson(400, {
    ok: false,
    requestId: accessToken,
    message: secrets.join(' '),
    error: { code: apiKey, message: `no ${apiKey}`, description: registryToken },
  }),
  'a refusal by the gateway': responseJson(403, { code: 7, message: `${accessToken} may not`, details: [echo] }),
  'a page': responseJson(502, `<html><body><pre>Authorization: ${accessToken}\n${apiKey} ${registryToken}</pre></body></html>`),
  'credentials that are not accepted': responseJson(401, { code: 16, message: `unknown: ${accessToken}` }),
  'no JSON': responseJson(200, secrets.join('\n')),
  'no record': responseJson(200, { name: secrets, version: accessToken }),
  'the record of something else': responseJson(200, { name: apiKey, version: accessToken }),
  'another hash': responseJson(200, { name: 'secret-app', version: '1.0', hash: accessToken }),
  'a redirect': (request, response) =>
    responseJson(307, '', { location: `https://${apiKey}:${encodeURIComponent(accessToken)}@other.example/${apiKey}` })(request, response),
  'a connection that breaks': (request) => void request.once('data', () => request.destroy()),
  'what is no HTTP': (request) => void request.once('data', () => request.socket.end(`HTTP/1.1 nonsense ${secrets.join(' ')}\r\n\r\n`)),
}

async function echoingPlatform(respond: RequestListener): Promise<string> {
  return serveStub(async (request, response) => {
    if (!request.url?.endsWith('/access_token')) return respond(request, response)
    expect(JSON.parse(await text(request))).toEqual({ apiKey })
    response.end(JSON.stringify({ token: accessToken, expiresIn: '3600' }))
  })
}

function expectNoSecret(content: string, where: string): void {
  for (const secret of secrets) {
    expect(content.includes(secret), `${secret} is in ${where}`).toBe(false)
  }
  for (const secret of bare) {
    // Base64 that depends on the secret alone, wherever it stands in what was encoded.
    for (const before of [0, 1, 2]) {
      const encoded = Buffer.from('.'.repeat(before) + secret).toString('base64url')
      expect(content.replaceAll('+', '-').replaceAll('/', '_').includes(encoded.slice(4, -4)), `${secret} is in ${where}, in base64`).toBe(
        false,
      )
    }
  }
}

const options = `{ retries: 1, manifest: { entrypoint: 'main.js', platformConfig: { container: 'c', privateImage: true, username: 'u', token: process.env.REGISTRY_TOKEN } } }`

const project = {
  'package.json': '{ "name": "secret-app", "version": "1.0.0", "type": "module" }',
  'src/main.js': 'console.log(1)\n',
  'rollup.config.js': `import { bytenite } from 'rollup-plugin-bytenite'
    export default { input: 'src/main.js', output: { dir: 'dist' }, plugins: [bytenite(${options})] }\n`,
}

const env = {
  BYTENITE_API_KEY: apiKey,
  REGISTRY_TOKEN: registryToken,
  NODE_DEBUG: 'undici,fetch,http,net,tls,stream,module',
}

async function expectNoSecretInFiles(directory: string): Promise<void> {
  for (const [path, content] of Object.entries(await readFiles(directory))) expectNoSecret(content.toString(), path)
}

// One for each way in which a build says how it went; what it is told is what the API says, below.
test.each([
  'a success that repeats them',
  'a refusal that spells them otherwise',
  'a refusal',
  'a page',
  'another hash',
  'a connection that breaks',
])('%s: a build prints and writes no secret', async (name) => {
  const root = await createProject(project)
  const platform = { BYTENITE_API_URL: await echoingPlatform(uploadResponses[name] ?? expect.unreachable()) }
  const { stdout, stderr } = await run('node', rollup, { cwd: root, env: { ...env, ...platform }, warnings: /./ })
  expect(stdout + stderr).toMatch(/secret-app@1\.0|\/v1\/dev\/apps/)
  expectNoSecret(stdout + stderr, 'the output')
  await expectNoSecretInFiles(join(root, 'dist'))
})

test('whatever comes back, the API returns, throws and writes no secret, also not for one who looks closely', async () => {
  const entries = Object.entries(uploadResponses)
  const platforms = await Promise.all(entries.map(async ([name, respond]) => [name, await echoingPlatform(respond)]))
  const root = await createProject({
    ...project,
    'dist/main.js': 'console.log(1)\n',
    'look.js': `import { inspect } from 'node:util'
      import { createClient, pack, publish, resolveOptions } from 'bytenite-uploader'
      const look = (value) => {
        console.log(inspect(value, { depth: Infinity, showHidden: true }))
        console.dir(value, { depth: null })
        console.log(JSON.stringify(value))
      }
      const options = { directory: 'dist', onWarning: console.log, onPacked: look, ...${options} }
      look(resolveOptions(options))
      look(await pack(options))
      for (const [name, apiUrl] of ${JSON.stringify(platforms)}) {
        console.log('# ' + name)
        look(createClient({ apiUrl, credentials: { apiKey: process.env.BYTENITE_API_KEY } }))
        look(await publish({ ...options, apiUrl, record: 'records/' + name + '.json' }).catch((error) => error))
      }
      console.log(process.title, process.argv)`,
  })
  const { exitCode, stdout, stderr } = await run('node', ['look.js'], { cwd: root, env, warnings: /./ })
  expect(exitCode, stderr).toBe(0)
  const sections = stdout.split(/^# /m).slice(1)
  expect(sections).toHaveLength(entries.length)
  for (const section of sections) expect(section).toMatch(/secret-app@1\.0|\/v1\/dev\/apps/)
  expectNoSecret(stdout, 'what was looked at')
  expectNoSecret(stderr, 'what Node says of it')
  await expectNoSecretInFiles(join(root, 'dist'))
  expect(Object.keys(await readFiles(join(root, 'records')))).toEqual(['a success that repeats them.json'])
  await expectNoSecretInFiles(join(root, 'records'))
})
