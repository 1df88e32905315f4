import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dispositionName, safeFileName } from '../../packages/local/dist/jobs/files/file-name.js'
import { openJobPlatform, type JobPlatform, type JobPlatformOptions } from '../helpers/job-platform.ts'
import { listen } from '../helpers/listen.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { waitFor } from '../helpers/wait-for.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** A server of files. @returns its address */
async function serve(handler: Handler): Promise<string> {
  return `http://127.0.0.1:${await listen(createServer(handler))}`
}

async function open(
  options: Partial<JobPlatformOptions> = {},
): Promise<JobPlatform & { directory: string; load: (url: string) => Promise<string> }> {
  const directory = await temporaryDirectory()
  const platform = openJobPlatform({ ...options, directory })
  await platform.publish('names', {
    type: 'partitioner',
    code: 'cd "$SOURCE_DIR"; for f in *; do echo "$f: $(cat "$f")"; done > "$CHUNKS_DIR/all"',
  })
  await platform.publish('copy', { code: 'cp "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/all"' })
  /** The source's name and content, or why the job failed. */
  const load = async (url: string): Promise<string> => {
    const dataSource = { dataSourceDescriptor: 'url', params: { url, username: 'me', password: 'secret' } }
    const { id, errorMessage } = await platform.finish({ app: 'copy', partitioner: 'names', dataSource })
    return errorMessage === '' ? ((await platform.output(id))['all'] ?? '') : errorMessage
  }
  return { ...platform, directory, load }
}

test('what passes is tried again: a server that is busy, and a connection that breaks', async () => {
  const failures: Handler[] = [
    (_, response) => response.writeHead(503).end(),
    (_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half of it')
      setImmediate(() => response.destroy())
    },
  ]
  const address = await serve((request, response) => (failures.shift() ?? ((_, last) => last.end('whole')))(request, response))
  const { load, directory } = await open()
  expect(await load(`${address}/file.txt`)).toBe('file.txt: whole\n')
  expect(await readdir(join(directory, 'staging'))).toEqual([])
})

test('a source that is too large or too slow fails the job, and leaves nothing', async () => {
  const address = await serve((request, response) => {
    if (request.url?.startsWith('/large')) response.end(Buffer.alloc(2000))
    else if (request.url === '/slow') response.writeHead(200).write('some')
  })
  const { load, directory } = await open({ limits: { source: 1000 } })
  expect(await load(`${address}/large?signature=secret`)).toBe(
    `The download of the source, ${address}/large, is larger than the limit of 1 kB.`,
  )
  const hasty = await open({ limits: { sourceTime: 600 } })
  expect(await hasty.load(`${address}/slow`)).toBe(`The download of the source, ${address}/slow, took longer than its time limit of 0.6 s.`)
  expect(await readdir(join(hasty.directory, 'staging'))).toEqual([])
  expect(await readdir(join(directory, 'staging'))).toEqual([])
})

test('redirects lead to http and https only, and take no login to another host', async () => {
  const seen: (string | undefined)[] = []
  const other = await serve((request, response) => {
    seen.push(request.headers.authorization)
    response.end('other')
  })
  const address = await serve((request, response) => {
    const location = request.url === '/other' ? `${other}/there.txt` : request.url === '/file' ? 'file:///etc/hostname' : '/loop'
    response.writeHead(302, { location }).end()
  })
  const { load } = await open()
  expect(await load(`${address}/other`)).toBe('there.txt: other\n')
  expect(seen).toEqual([undefined])
  expect(await load(`${address}/file`)).toMatch(/^The download of the source, .*\/file, failed: /)
  expect(await load(`${address}/loop`)).toMatch(/failed: redirect count exceeded/)
})

test('a job is aborted in the middle of a download', async () => {
  let requests = 0
  const address = await serve((_, response) => {
    requests++
    response.writeHead(200).write('some')
  })
  const { start, jobs, directory } = await open()
  const { id } = await start({ app: 'copy', dataSource: { dataSourceDescriptor: 'url', params: { url: address } } })
  await waitFor('the request', () => requests)
  await jobs.abort(id, 'the test')
  expect(jobs.get(id)).toMatchObject({ state: 'JOB_STATE_FAILED', errorMessage: 'aborted by the test' })
  expect(await readdir(join(directory, 'jobs', id))).not.toContain('source')
})

test('a server that is not there is named', async () => {
  const { load } = await open()
  expect(await load('http://127.0.0.1:9/x')).toMatch(/^The download of the source, http:\/\/127\.0\.0\.1:9\/x, failed: /)
})

test.each<[string | undefined, string | undefined]>([
  ['photo.jpg', 'photo.jpg'],
  ['../../etc/passwd', 'passwd'],
  ['C:\\Users\\x.txt', 'x.txt'],
  ['..', undefined],
  ['a/', undefined],
  ['', undefined],
  [undefined, undefined],
  ['a\nb', undefined],
  ['ä'.repeat(128), undefined],
  ['ä'.repeat(127), 'ä'.repeat(127)],
])('of a file called %j, %j is kept', (given, name) => {
  expect(safeFileName(given)).toBe(name)
})

test.each<[string | null, string | undefined]>([
  ['attachment; filename="a b.txt"', 'a b.txt'],
  ['attachment; filename=plain.txt; size=5', 'plain.txt'],
  ['attachment; filename="quoted \\"x\\".txt"', 'quoted "x".txt'],
  ["attachment; filename=ascii.txt; filename*=UTF-8''%C3%A4.txt", 'ä.txt'],
  ["attachment; filename*=UTF-8''%E0%A4%A; filename=other.txt", 'other.txt'],
  ['attachment; filename="../x"', 'x'],
  ['inline', undefined],
  [null, undefined],
])('the header %j names %j', (header, name) => {
  expect(dispositionName(header)).toBe(name)
})
