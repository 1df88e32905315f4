import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { logIn } from '../helpers/dashboard.ts'
import { runSuccessfully } from '../helpers/process.ts'
import { within } from '../helpers/wait-for.ts'
import { createWithFile, JOIN, SPLIT_LINES, startJobApi, UPPER } from '../helpers/job-api.ts'

const FAIL_ON_B = `echo "reads $CHUNK_NUMBER"; echo "to stderr" >&2
if grep -q b "$TASK_DIR/data.bin"; then printf '\\033[31mno b please\\033[0m <script>alert(1)</script>\\n'; exit 7; fi
cp "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/$CHUNK_NUMBER.txt"`

const NO_DATA = { dataSource: { dataSourceDescriptor: 'bypass' } }

test('the list of jobs has honest totals, and its filters are in the address', async () => {
  const api = await startJobApi()
  await api.publish('up', UPPER)
  await api.publish('down', 'exit 3')
  for (const name of ['first', 'second']) await api.finish({ app: 'up', name, ...NO_DATA })
  await api.finish({ app: 'down', name: 'third', ...NO_DATA })
  await api.create({ app: 'up', name: 'draft' })
  const { page } = await logIn(api.platform)
  const names = async (query: string): Promise<string[]> =>
    Array.from((await page(`/jobs${query}`)).matchAll(/<a href="\/jobs\/[-0-9a-f]+">([^<]+)</g), ([, name]) => name ?? '')
  expect(await names('')).toEqual(['draft', 'third', 'second', 'first'])
  expect(await names('?state=complete')).toEqual(['second', 'first'])
  expect(await names('?state=failed')).toEqual(['third'])
  expect(await names('?text=SEC')).toEqual(['second'])
  expect(await names('?text=code+3')).toEqual(['third'])
  expect(await names('?app=up')).toEqual(['second', 'first'])
  expect(await names('?hours=1&state=new')).toEqual(['draft'])
  expect(await names('?page=2')).toEqual([])
  expect(await names('?state=nonsense&page=-1')).toHaveLength(4)
  const counts = Array.from((await page('/jobs?text=r')).matchAll(/<small>(\d+)<\/small>/g), ([, count]) => Number(count))
  // All, running, failed, complete, new: "first", "third" and "draft" have an r.
  expect(counts).toEqual([3, 0, 1, 1, 1])
})

test('a list without anything says the next command', async () => {
  const { platform } = await startJobApi()
  const { page } = await logIn(platform)
  expect(await page('/jobs')).toContain('npx bytenite-local run NAME')
  expect(await page('/apps')).toContain('npx vite build')
  expect(await page('/jobs?text=x')).toContain('Show all jobs')
})

test('a failed job opens at its failed task, at the end of its log', async () => {
  const api = await startJobApi()
  await api.publish('split', SPLIT_LINES, { type: 'partitioner' })
  await api.publish('picky', FAIL_ON_B)
  const { id } = await createWithFile(api, 'a\nb\nc\n', { app: 'picky', partitioner: 'split', name: 'picks' })
  await api.call(`POST /customer/jobs/${id}/run`)
  await api.ended(id)
  const { page } = await logIn(api.platform)
  const html = await page(`/jobs/${id}`)
  expect(html).toContain('Why it failed')
  expect(html).toContain(`<a href="/jobs/${id}/tasks/1">Task 1</a>`)
  expect(html).toContain('<span class="ansi-red">no b please</span> &lt;script&gt;alert(1)&lt;/script&gt;')
  expect(html).toMatch(/class="line stderr".*to stderr/s)
  expect(html).toMatch(/data-states="[csrf]f[csrf]"/)
  const task = await page(`/jobs/${id}/tasks/1`)
  expect(task).toContain('Attempt 1')
  expect(task).toContain('>7<')
  expect(task).toContain('APP_PARAMS')
  expect(String((await (await logIn(api.platform)).get(`/jobs/${id}/log.txt?part=app&chunk=1`)).body)).toContain('no b please')
})

test('a job can be run again, also with other parameters, and deleted', async () => {
  const api = await startJobApi()
  await api.publish('echo', 'echo "$APP_PARAMS" >"$TASK_RESULTS_DIR/params.json"', {
    schema: { type: 'object', properties: { word: { type: 'string', maxLength: 5 } } },
  })
  const { id } = await api.finish({ app: 'echo', params: { app: { word: 'one' } }, ...NO_DATA })
  const dashboard = await logIn(api.platform)
  expect((await dashboard.send(`/jobs/${id}/rerun`, { tasks: 'all' })).headers.location).toBe(`/jobs/${id}`)
  await api.ended(id)
  const rerun = async (params: object): Promise<unknown> => {
    const { origin, cookie, token } = dashboard
    const headers = { origin, cookie, 'x-form-token': token, 'content-type': 'application/json' }
    const response = await fetch(`${origin}/jobs/${id}/rerun-with`, { method: 'POST', headers, body: JSON.stringify({ params }) })
    return response.json()
  }
  expect(await rerun({ app: { word: 'too long' } })).toEqual({
    problems: [{ field: 'params.app/word', message: 'must NOT have more than 5 characters' }],
  })
  expect(await rerun({ app: { word: 'two' } })).toMatchObject({ id })
  await api.ended(id)
  expect(await api.results(id)).toEqual({ 'params.json': '{"word":"two"}\n' })
  expect((await dashboard.send(`/jobs/${id}/delete`)).status).toBe(303)
  expect((await dashboard.get(`/jobs/${id}`)).status).toBe(404)
})

test('what others wrote is data, and never markup', async () => {
  const api = await startJobApi()
  const markup = '<img src=x onerror=alert(1)>'
  await api.publish(
    'up',
    `printf '<html><script>alert(1)</script></html>' >"$TASK_RESULTS_DIR/page.html"
printf '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>' >"$TASK_RESULTS_DIR/image.svg"
printf '%s' '${markup}' >"$TASK_RESULTS_DIR/"'a "quoted" <b>.txt'`,
  )
  const { id } = await api.finish({ app: 'up', name: markup, description: markup, params: { app: { x: markup } }, ...NO_DATA })
  const dashboard = await logIn(api.platform)
  for (const path of [
    '/jobs',
    `/jobs/${id}`,
    `/jobs/${id}/tasks/0`,
    `/jobs/new?from=${id}`,
    `/jobs/${id}/rerun`,
    `/jobs?text=${encodeURIComponent(markup)}`,
  ]) {
    const html = await dashboard.page(path)
    expect(html).not.toContain(markup)
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;')
  }
  for (const [name, type] of [
    ['page.html', 'application/octet-stream'],
    ['image.svg', 'image/svg+xml'],
  ]) {
    expect(await dashboard.get(`/jobs/${id}/results/raw/${name}`)).toMatchObject({
      status: 200,
      headers: {
        'content-type': type,
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringMatching(/sandbox$/) as string,
      },
    })
  }
})

test('every page has a policy by which nothing runs that is not a file of the platform', async () => {
  const api = await startJobApi()
  await api.publish('up', UPPER)
  const { id } = await api.finish({ app: 'up', ...NO_DATA })
  const dashboard = await logIn(api.platform)
  for (const path of ['/login', '/jobs', `/jobs/${id}`, '/apps', '/apps/up', '/jobs/none']) {
    const { headers, body } = await dashboard.get(path, path === '/login' ? { cookie: '' } : {})
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'/)
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['cache-control']).toBe('no-store')
    expect(String(body)).not.toMatch(/<script(?![^>]*src=)|\son\w+=|\sstyle=/)
  }
})

test('an app has its revisions, what changed between them, its files, and no token', async () => {
  const api = await startJobApi()
  const config = { private_image: true, username: 'me', token: 'the-token-of-the-registry' }
  await api.publish('up', UPPER, { config })
  await api.publish('up', `${UPPER}\ntrue`, { config, schema: { type: 'object' } })
  const { page, get, send } = await logIn(api.platform)
  const list = await page('/apps')
  expect(list).toContain('<a href="/apps/up%401.0">up</a>')
  const app = await page('/apps/up')
  expect(app).toContain('Changes since revision 1')
  expect(app).toMatch(/main\.sh<\/a><\/th><td>changed/)
  expect(app).toMatch(/schema\.json<\/a><\/th><td>added/)
  expect(await page('/apps/up/revisions/1')).not.toContain('Changes since')
  expect(await page('/apps/up/revisions/2/files/app/main.sh')).toContain('tr a-z A-Z')
  for (const path of ['/apps/up', '/apps/up/revisions/1', '/apps/up/revisions/1/files/manifest.json']) {
    expect(await page(path)).not.toContain('the-token-of-the-registry')
  }
  expect(String((await get('/apps/up/revisions/1/files/manifest.json?raw')).body)).not.toContain('the-token-of-the-registry')
  expect((await get('/apps/up/revisions/9')).status).toBe(404)
  expect((await get('/apps/up/revisions/1/files/app/..%2f..%2fapi-key')).status).toBe(404)
  await send('/apps/up/deactivate')
  expect((await api.platform.client.apps.get('up'))?.status).toBe('inactive')
  await send('/apps/up/activate')
  expect((await api.platform.client.apps.get('up'))?.status).toBe('active')
})

test.skipIf(process.platform === 'win32')('the page of an app is there before its archive was read', async () => {
  const api = await startJobApi()
  await api.publish('up', UPPER)
  const { origin, cookie } = await logIn(api.platform)
  const archives = join(api.platform.directory, 'archives')
  const [name = ''] = await readdir(archives)
  const [archive, kept] = [join(archives, name), join(archives, 'kept')]
  await rename(archive, kept)
  // Whoever reads it waits.
  await runSuccessfully('mkfifo', [archive], { cwd: archives })
  const { body } = await within('the beginning', fetch(`${origin}/apps/up`, { headers: { cookie, accept: 'text/html' } }))
  const reader = (body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader()
  const { value: first = '' } = await within('the first part', reader.read())
  expect(first).toContain('<h1>up@1.0</h1>')
  expect(first).toContain('Deactivate')
  expect(first).not.toContain('main.sh</a>')
  const pipe = createWriteStream(archive)
  await within('the reader of the archive', once(pipe, 'open'))
  const content = await readFile(kept)
  await rename(kept, archive)
  pipe.end(content)
  let rest = ''
  for (;;) {
    const { done, value } = await within('the rest', reader.read())
    if (done) break
    rest += value
  }
  expect(rest).toContain('main.sh</a>')
  expect(rest).toContain('Revision 1')
  expect(rest).toMatch(/<\/html>$/)
})

test('a page is told that something has changed, and no more', async () => {
  const api = await startJobApi()
  await api.publish('up', UPPER)
  const { origin, cookie, token } = await logIn(api.platform)
  const listen = async (about: string): Promise<() => Promise<string>> => {
    const headers = { cookie, origin, 'x-form-token': token }
    const { body } = await fetch(`${origin}/events?${new URLSearchParams({ about }).toString()}`, { method: 'POST', headers })
    const reader = (body as ReadableStream<Uint8Array>).getReader()
    await reader.read()
    return async () => {
      const { value } = await reader.read()
      await reader.cancel()
      return Buffer.from(value ?? []).toString()
    }
  }
  const apps = await listen('apps')
  await api.publish('up', `${UPPER}\n`)
  expect(await apps()).toBe('data: changed\n\n')
  const jobs = await listen('jobs')
  const { id } = await api.create({ app: 'up' })
  expect(await jobs()).toBe('data: changed\n\n')
  const job = await listen(`job ${id}`)
  await api.create({ app: 'up' })
  await api.call(`PATCH /customer/jobs/${id}/jobname`, '"other"')
  expect(await job()).toBe('data: changed\n\n')
})

test('the statistics of a job with a join have its phases', async () => {
  const api = await startJobApi()
  await api.publish('up', UPPER)
  await api.publish('split', SPLIT_LINES, { type: 'partitioner' })
  await api.publish('join', JOIN, { type: 'assembler' })
  const { id } = await createWithFile(api, 'a\nb\nc\n', { app: 'up', partitioner: 'split', assembler: 'join' })
  await api.call(`POST /customer/jobs/${id}/run`)
  await api.ended(id)
  const dashboard = await logIn(api.platform)
  const html = await dashboard.page(`/jobs/${id}`)
  for (const text of ['Median', '95 of 100', 'Where the time went', 'Partitioning', 'Assembling', 'at most']) expect(html).toContain(text)
  expect(html).toContain(`/jobs/${id}/results/view/all.txt`)
  for (const part of ['partitioner', 'assembler']) {
    expect(html).toContain(`<a href="/jobs/${id}/${part}">`)
    expect(await dashboard.page(`/jobs/${id}/${part}`)).toMatch(/Attempt 1.*container started/s)
  }
  expect(await dashboard.page(`/jobs/${id}/results/view/all.txt`)).toMatch(/<pre[^>]*>A\nB\nC/)
  const tar = await dashboard.get(`/jobs/${id}/results.tar`)
  expect(tar.status).toBe(200)
  expect(tar.body.includes('all.txt')).toBe(true)
})
