import { readdir, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'bytenite-uploader'
import type { LogResponse } from 'bytenite-uploader/wire-jobs'
import { expect, test } from 'vitest'
import { onTestFinished } from '../helpers/current-test.ts'
import { connectJobApi, startJobApi, uploadLink } from '../helpers/job-api.ts'
import { sendRequest } from '../helpers/send-request.ts'
import { serve } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor, within } from '../helpers/wait-for.ts'

// No upload, result or log takes the server's memory with its size.

const MB = 1_000_000
const isLinux = process.platform === 'linux'

/** `bytenite-local serve` as a process of its own, whose memory can be measured. */
async function startServer() {
  const program = await serve(['--port', '0', '--dir', await temporaryDirectory()])
  const { BYTENITE_API_URL: apiUrl = '', BYTENITE_API_KEY: apiKey = '' } = program.exports()
  /** The most that it ever had in memory, in bytes. */
  const peakMemory = async (): Promise<number> => {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${program.pid}/status`, 'utf8')) ?? []
    return Number(kilobytes) * 1024
  }
  const client = createClient({ apiUrl, credentials: { apiKey } })
  return { ...(await connectJobApi({ apiUrl, apiKey })), apiUrl, client, peakMemory }
}

function* pieces(total: number): Generator<Buffer> {
  for (let sent = 0; sent < total; sent += MB) yield Buffer.alloc(MB, 'x')
}

test.runIf(isLinux)('a file of 300 MB goes up, through a task and down again', async () => {
  const { client, publish, create, call, peakMemory } = await startServer()
  await publish('copy', `cp "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/copy.bin"`)
  const job = await create({ app: 'copy', dataSource: { dataSourceDescriptor: 'file' } })
  const before = await peakMemory()
  expect(await sendRequest(uploadLink(job), { method: 'PUT', body: pieces(300 * MB) })).toMatchObject({ status: 200 })
  expect((await peakMemory()) - before).toBeLessThan(60 * MB)
  await call(`PATCH /customer/jobs/${job.id}/uploadcompleted`)
  await client.jobs.run(job.id)
  expect(await client.jobs.ended(job.id)).toMatchObject({ state: 'JOB_STATE_COMPLETE' })
  const [result = { name: '', link: '' }] = await client.jobs.results(job.id)
  expect(await client.jobs.download(result, join(await temporaryDirectory(), 'copy.bin'))).toBe(300 * MB)
  expect((await peakMemory()) - before).toBeLessThan(80 * MB)
})

test.runIf(isLinux)('logs of 40 MB are sent as they are read, also to a client that is slow', async () => {
  const { token, apiUrl, publish, finish, peakMemory } = await startServer()
  await publish('talk', `head -c 40000000 /dev/zero | tr '\\0' 'x' | fold -w 999`)
  const { id, state } = await finish({ app: 'talk', dataSource: { dataSourceDescriptor: 'bypass' } })
  expect(state).toBe('JOB_STATE_COMPLETE')
  const before = await peakMemory()
  const response = await fetch(`${apiUrl}/customer/logs`, {
    method: 'POST',
    headers: { authorization: token },
    body: JSON.stringify({ jobId: id }),
  })
  await sleep(1_000)
  const logs = (await response.json()) as LogResponse
  const [task] = Object.values(logs.taskrunner)
  expect(task?.logs.filter(({ log }) => log.startsWith('xxx')).length).toBeGreaterThan(39_000)
  // Kept as a whole they would take 40 MB at the least. What is not yet collected of what was sent depends on the machine.
  expect((await peakMemory()) - before).toBeLessThan(36 * MB)
})

/** Sends the beginning of an upload, and no more. */
async function beginUpload(idleTimeout?: number) {
  const api = await startJobApi({ idleTimeout })
  await api.publish('up', ':')
  const job = await api.create({ app: 'up', dataSource: { dataSourceDescriptor: 'file' } })
  const { pathname, search, port } = new URL(uploadLink(job))
  const socket = connect(Number(port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.write(`PUT ${pathname}${search} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000\r\n\r\n${'x'.repeat(100_000)}`)
  const staged = (): Promise<string[]> => readdir(join(api.platform.directory, 'staging'))
  await waitFor('the upload', async () => (await staged()).length === 1)
  return { socket, staged, confirm: () => api.call(`PATCH /customer/jobs/${job.id}/uploadcompleted`) }
}

test('an upload that breaks changes nothing', async () => {
  const { socket, staged, confirm } = await beginUpload()
  socket.destroy()
  await waitFor('the upload to be gone', async () => (await staged()).length === 0)
  expect(await confirm()).toMatchObject({ status: 400, reason: expect.stringMatching(/no file was uploaded/) as string })
})

test('an upload that stalls is given up with a reason, and changes nothing', async () => {
  const { socket, staged, confirm } = await beginUpload(800)
  const response = await within('the response', text(socket))
  expect(response).toMatch(/^HTTP\/1\.1 408 [^]*nothing of the body arrived for 0\.8 seconds/)
  await waitFor('the upload to be gone', async () => (await staged()).length === 0)
  expect((await confirm()).status).toBe(400)
})
