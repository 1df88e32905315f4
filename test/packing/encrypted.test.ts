import { randomBytes } from 'node:crypto'
import { createServer as createHttpServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { test } from 'vitest'
import { createCertificate } from '../helpers/certificates.ts'
import { listen } from '../helpers/listen.ts'
import { runSuccessfully } from '../helpers/process.ts'
import { createProject, writeFiles } from '../helpers/project.ts'
import { seed } from '../helpers/seed.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { startReceiver, withPauses } from './decoding-receiver.ts'
import { expectArrived } from './expect-arrived.ts'

// What encrypts, and what passes on to a proxy, keeps what it was given in its own way.

function pipeBoth(left: Socket, right: Socket): void {
  left.pipe(right).on('error', () => left.destroy())
  right.pipe(left).on('error', () => right.destroy())
}

test.each([
  ['directly', false],
  ['through a proxy', true],
])(`what arrives encrypted is the output, %s, when it is read with pauses (seed ${seed})`, async (_, hasProxy) => {
  const tar = join(await temporaryDirectory(), 'app.tar')
  const receiver = Number(new URL(await startReceiver(tar, withPauses(seed))).port)
  const certificate = await createCertificate(await temporaryDirectory(), ['localhost', 'platform.test'])
  const platform = await listen(createTlsServer(certificate, (socket) => pipeBoth(socket, connect(receiver, '127.0.0.1'))))
  const proxy = createHttpServer().on('connect', (_request, socket: Socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    pipeBoth(socket, connect(platform, '127.0.0.1'))
  })
  const apiUrl = hasProxy ? 'https://platform.test/v1' : `https://localhost:${platform}/v1`
  const root = await createProject({
    'publish.js': `import { publish } from 'bytenite-uploader'
      const manifest = { name: 'a', version: '1.0', entrypoint: 'main.js' }
      await publish({ directory: 'app', manifest, apiUrl: '${apiUrl}', accessToken: 'some-token', record: false })`,
    'package.json': '{ "type": "module" }',
    'app/main.js': 'x',
  })
  const files = Array.from({ length: 500 }, (__, index) => [`app/${index}.bin`, randomBytes(index * 100)])
  await writeFiles(root, { ...Object.fromEntries(files), 'app/large.bin': randomBytes(60_000_000) })
  await runSuccessfully('node', ['publish.js'], {
    cwd: root,
    env: {
      NODE_EXTRA_CA_CERTS: certificate.authorityFile,
      HTTPS_PROXY: hasProxy ? `http://127.0.0.1:${await listen(proxy)}` : undefined,
      NO_PROXY: undefined,
    },
  })
  await expectArrived(tar, root)
})
