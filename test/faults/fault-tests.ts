import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { isByteNiteError, publish, type TimeoutOptions } from 'bytenite-uploader'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFaultyPlatform, type Fault } from '../helpers/faulty-platform.ts'
import { listen } from '../helpers/listen.ts'
import { startPlatform } from '../helpers/platform.ts'
import { readFiles, readRecord, writeFiles } from '../helpers/project.ts'
import { makeTemporaryDirectory, remove, temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor } from '../helpers/wait-for.ts'

/** For faults that are waited out; what takes its time on a machine that does many other things must not look like one. */
const impatient: TimeoutOptions = { idle: 500, response: 900 }

const page = '<html><head><title>x</title><style>p{}</style></head><body><h1>Bad Gateway</h1><p>nginx</p></body></html>'

interface FaultCase {
  fault: Fault
  /** `published`, or an error's code. */
  outcome: string | string[]
  /** Where only a large body makes a difference. */
  only?: string
  /** Of the upload, as far as the size does not change it. */
  attempts?: number
  /** What the error says. */
  message?: RegExp
  /** @default those of the client, which no fault of another kind runs out of */
  timeout?: TimeoutOptions
}

type Faults = Record<string, FaultCase>

/** What happens before everything is sent. */
export const faultsOfRequests: Faults = {
  none: { fault: (upload) => upload.pass(), outcome: 'published', attempts: 1 },
  'accepts and hangs': {
    fault: async () => {},
    timeout: impatient,
    outcome: 'UNREACHABLE',
    attempts: 4,
    message: /(?:stopped accepting data for 0\.5 s|did not respond within 0\.9 s).* \(4 attempts\)/,
  },
  'stops reading in the middle': {
    fault: (upload) => upload.receive(upload.size / 2),
    timeout: impatient,
    outcome: 'UNREACHABLE',
    attempts: 4,
    message: /(?:stopped accepting data for 0\.5 s, after \d+ of \d+ bytes|did not respond within 0\.9 s)/,
  },
  'reset in the middle': {
    fault: async (upload) => {
      await upload.receive(upload.size / 2)
      upload.reset()
    },
    outcome: 'UNREACHABLE',
    attempts: 4,
    message: /the connection closed before the response was complete \(4 attempts\)/,
  },
  'reset in the middle, once': {
    fault: async (upload) => {
      if (upload.number > 1) return upload.pass()
      await upload.receive(upload.size / 2)
      upload.reset()
    },
    outcome: 'published',
    attempts: 2,
  },
  '503 before the body, once': {
    fault: async (upload) => (upload.number > 1 ? upload.pass() : upload.response(503, '{"ok":false,"message":"busy"}')),
    outcome: 'published',
    attempts: 2,
  },
  'slow reader': {
    fault: async (upload) => {
      const { status, body } = await upload.forward(80)
      upload.response(status, body)
    },
    outcome: 'published',
    attempts: 1,
  },
  '200 before the body': {
    fault: async (upload) => upload.response(200, JSON.stringify({ name: 'fault-app', version: '1.0' })),
    only: '50 MB',
    outcome: 'INVALID_RESPONSE',
    attempts: 1,
    message: /responded with 200 before it received the whole request/,
  },
  '401 once': {
    fault: async (upload) => (upload.number > 1 ? upload.pass() : upload.response(401, '{"code":16,"message":"token expired"}')),
    outcome: 'published',
    attempts: 2,
  },
  '401 always': {
    fault: async (upload) => upload.response(401, '{"code":16,"message":"no such token"}'),
    outcome: 'UNAUTHORIZED',
    attempts: 2,
    message: /refused with 401: no such token/,
  },
  '413': {
    fault: async (upload) => upload.response(413, ''),
    outcome: 'REFUSED',
    attempts: 1,
    message: /refused with 413\.\n.*too large.*"exclude"/,
  },
  '413, connection closed at once': {
    fault: async (upload) => upload.responseAndClose(413, ''),
    // The system may throw a response away that comes while one still sends.
    outcome: ['REFUSED', 'UNREACHABLE'],
    message: /too large.*"exclude"|may reject requests of this size/,
  },
  '429 with Retry-After': {
    fault: async (upload) => (upload.number > 1 ? upload.pass() : upload.response(429, '', { 'retry-after': '1' })),
    outcome: 'published',
    attempts: 2,
  },
  'redirect to another origin': {
    fault: async (upload) => upload.response(307, '', { location: 'http://127.0.0.1:9/v1/dev/apps' }),
    outcome: 'INVALID_RESPONSE',
    attempts: 1,
    message: /was redirected to http:\/\/127\.0\.0\.1:9 \(307\), but redirects are not followed/,
  },
}

/** What becomes of an upload that has arrived. */
export const faultsOfResponses: Faults = {
  '503 twice, then fine': {
    fault: async (upload) => {
      if (upload.number > 2) return upload.pass()
      await upload.receive()
      upload.response(503, '')
    },
    outcome: 'published',
    attempts: 3,
  },
  'slow response': {
    fault: async (upload) => {
      const { status, body } = await upload.forward()
      await setTimeout(400)
      upload.response(status, body)
    },
    outcome: 'published',
  },
  'no response, but published': {
    fault: async (upload) => void (await upload.forward()),
    // Time enough for the platform to be done with it, before it is asked.
    timeout: { response: 4_000 },
    outcome: 'published',
    attempts: 1,
  },
  'closed after the body, published': {
    fault: async (upload) => {
      await upload.forward()
      upload.hangUp()
    },
    outcome: 'published',
    attempts: 1,
  },
  'closed after the body, not published': {
    fault: async (upload) => {
      if (upload.number > 1) return upload.pass()
      await upload.receive()
      upload.hangUp()
    },
    outcome: 'published',
    attempts: 2,
  },
  'truncated JSON, connection closed': {
    fault: async (upload) => {
      const { status, body } = await upload.forward()
      upload.responseHalf(status, body)
    },
    outcome: 'published',
    attempts: 1,
  },
  'truncated JSON, not published': {
    fault: async (upload) => {
      await upload.receive()
      upload.response(200, '{"name":"fault-app","vers')
    },
    outcome: 'INVALID_RESPONSE',
    attempts: 1,
    message: /responded with 200, but without the record of fault-app@1\.0: the response is not JSON/,
  },
  'wrong content type': {
    fault: async (upload) => {
      await upload.receive()
      upload.response(200, page, { 'content-type': 'text/html' })
    },
    outcome: 'INVALID_RESPONSE',
    attempts: 1,
    message: /the response is not JSON.*\n.*BYTENITE_API_URL/,
  },
  'empty response of 200': {
    fault: async (upload) => {
      await upload.receive()
      upload.response(200, '')
    },
    outcome: 'INVALID_RESPONSE',
    attempts: 1,
    message: /the response is empty/,
  },
  'HTML 502': {
    fault: async (upload) => {
      await upload.receive()
      upload.response(502, page, { 'content-type': 'text/html' })
    },
    outcome: 'PLATFORM_ERROR',
    attempts: 4,
    message: /failed with 502: Bad Gateway nginx \(4 attempts\)/,
  },
  '500 with 50 MB': {
    fault: async (upload) => {
      await upload.receive()
      upload.response(500, 'x'.repeat(50e6))
    },
    outcome: 'PLATFORM_ERROR',
    attempts: 4,
    message: /failed with 500: x{300}… \(4 attempts\)/,
  },
  '200 with a wrong hash': {
    fault: async (upload) => {
      await upload.receive()
      upload.response(200, JSON.stringify({ name: 'fault-app', version: '1.0', hash: 'Plv5qqtm1jPtm8Brq4jMj9u/zSJMQV85fl62UNxltcM=' }))
    },
    outcome: 'HASH_MISMATCH',
    attempts: 1,
    message: /its SHA-256 is Plv5qqtm\S+, ours is \S{44} \([0-9a-f]{64}\)/,
  },
}

/** What a user must never have to read. */
const JARGON = /UND_ERR|Timeout Error|other side closed|socket hang up|terminated|aborted/i

let project: string
const rows: string[] = []

/** Makes the app to be published, and prints at the end what became of it. */
function prepare(bytes: number): void {
  beforeAll(async () => {
    project = await makeTemporaryDirectory('faults')
    await writeFiles(project, { 'dist/main.js': '#!/usr/bin/env node\n', 'dist/data.bin': randomBytes(bytes) })
  })
  afterAll(async () => {
    await remove(project)
    console.log(['', '| fault | size | outcome | attempts | time |', '| --- | --- | --- | --- | --- |', ...rows, ''].join('\n'))
  })
}

interface Result {
  outcome: string
  message: string
}

async function attempt(
  apiUrl: string,
  apiKey: string,
  record: string,
  timeout: TimeoutOptions = {},
): Promise<Result & { seconds: number }> {
  const start = performance.now()
  const manifest = { name: 'fault-app', version: '1.0', entrypoint: 'main.js' }
  const result = await publish({ directory: 'dist', root: project, manifest, apiUrl, apiKey, record, timeout, env: {} }).then(
    (): Result => ({ outcome: 'published', message: '' }),
    (error: unknown): Result => {
      if (!isByteNiteError(error)) throw error
      return { outcome: error.code, message: error.message }
    },
  )
  return { ...result, seconds: (performance.now() - start) / 1000 }
}

function report(fault: string, size: string, outcome: string, attempts: number | string, seconds: number): void {
  rows.push(`| ${fault} | ${size} | ${outcome} | ${attempts} | ${seconds.toFixed(1)} s |`)
}

/** Registers faults, for an app of some size. */
export function testFaults(faults: Faults, size: string, bytes: number): void {
  prepare(bytes)
  const cases = Object.entries(faults).filter(([, { only = size }]) => only === size)
  // Those of small uploads mostly wait.
  const register = bytes < 1_000_000 ? test.concurrent : test
  register.each(cases)('%s', async (name, { fault, outcome: expected, attempts, message: pattern = /^$/, timeout }) => {
    const platform = await startPlatform()
    const faulty = await startFaultyPlatform(platform.apiUrl, fault)
    const recordFile = join(await temporaryDirectory(), 'record.json')
    const { outcome, message, seconds } = await attempt(faulty.apiUrl, platform.apiKey, recordFile, timeout)
    const uploads = faulty.requests.filter((call) => call === 'POST /v1/dev/apps').length
    report(name, size, outcome, uploads, seconds)
    expect([expected].flat(), message).toContain(outcome)
    expect(message).toMatch(pattern)
    if (name.includes('Retry-After')) expect(seconds).toBeGreaterThan(1)
    if (attempts !== undefined) expect(uploads).toBe(attempts)
    expect(message).not.toMatch(JARGON)
    // Nothing that was begun is left open.
    await waitFor('all connections to be closed', () => faulty.openConnections() === 0, { timeout: 10_000 })

    if (outcome !== 'published') return expect(await readdir(join(recordFile, '..'))).toEqual([])
    const record = await readRecord(join(recordFile, '..'), 'record.json')
    const app = await platform.extractApp(record)
    const dist = await readFiles(join(project, 'dist'))
    expect(Object.keys(app)).toEqual(['app/data.bin', 'app/main.js'])
    expect(app['app/data.bin']?.length).toBe(bytes)
    for (const [path, content] of Object.entries(dist)) expect(app[`app/${path}`]?.equals(content)).toBe(true)
  })
}

/** Registers what goes wrong before anything of an app is sent: that of {@link testFaults}, which stands in the same file. */
export function testUnreachable(): void {
  test.concurrent('nothing ever responds', async () => {
    const sockets = new Set<Socket>()
    const server = createTcpServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    })
    const recordFile = join(await temporaryDirectory(), 'record.json')
    const apiUrl = `http://127.0.0.1:${await listen(server)}/v1`
    const { outcome, message, seconds } = await attempt(apiUrl, 'some-key', recordFile, impatient)
    report('nothing ever responds', 'any', outcome, '–', seconds)
    expect(outcome).toBe('UNREACHABLE')
    expect(message).toMatch(/did not respond within 0\.9 s \(4 attempts\)/)
    for (const socket of sockets) socket.resume()
    await waitFor('all connections to be closed', () => sockets.size === 0, { timeout: 10_000 })
  })

  test.concurrent('nothing listens', async () => {
    const server = createTcpServer()
    const apiUrl = `http://127.0.0.1:${await listen(server)}/v1`
    server.close()
    await once(server, 'close')
    const recordFile = join(await temporaryDirectory(), 'record.json')
    const { outcome, message, seconds } = await attempt(apiUrl, 'some-key', recordFile)
    report('nothing listens', 'any', outcome, '–', seconds)
    expect(outcome).toBe('UNREACHABLE')
    expect(message).toMatch(/failed: nothing is listening at that address \(4 attempts\)\.\n/)
    expect(message).not.toMatch(JARGON)
  })

  test.concurrent('no such host', async () => {
    const recordFile = join(await temporaryDirectory(), 'record.json')
    const { outcome, message, seconds } = await attempt('https://platform.invalid/v1', 'some-key', recordFile)
    report('no such host', 'any', outcome, '–', seconds)
    expect(outcome).toBe('UNREACHABLE')
    expect(message).toMatch(/the host name could not be resolved \(4 attempts\)\.\n/)
  })
}
