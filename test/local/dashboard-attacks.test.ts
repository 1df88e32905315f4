import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import { expect, test } from 'vitest'
import { cookieOf, logIn, sendForm, type Dashboard } from '../helpers/dashboard.ts'
import { createWithFile, SPLIT_LINES, startJobApi, UPPER, type JobApi } from '../helpers/job-api.ts'
import { accessToken, startPlatform } from '../helpers/platform.ts'
import { run } from '../helpers/process.ts'
import { repository } from '../helpers/project.ts'
import { sendRequest, type RawResponse } from '../helpers/send-request.ts'
import { localBin } from '../helpers/serve.ts'
import { waitFor } from '../helpers/wait-for.ts'

const NO_DATA = { dataSource: { dataSourceDescriptor: 'bypass' } }

/** Requests a path as it is given. A URL would resolve the dots in it. */
function getAsIs({ origin, cookie }: Dashboard, path: string, method = 'GET'): Promise<RawResponse> {
  return sendRequest(origin, { method, path, headers: { cookie, accept: 'text/html' } })
}

/** What a browser gets in the place of a page: a page with a sentence, and nothing of the inside of the platform. */
function expectSentence({ status, headers, body }: RawResponse, expected: number, path: string): void {
  expect({ path, status, type: headers['content-type'] }).toEqual({ path, status: expected, type: 'text/html; charset=utf-8' })
  expect(String(body), path).toMatch(/<p class="problem">[^<]{10,}<\/p>/)
  expect(String(body), path).not.toMatch(/\.js:\d+|node_modules|\[object |undefined/)
}

const inShell = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** A script that writes files with these names, each with its own name as the content. */
function writeAll(names: readonly string[]): string {
  const write = (name: string): string =>
    `mkdir -p "$(dirname "$TASK_RESULTS_DIR"/${inShell(name)})"; printf %s ${inShell(name)} >"$TASK_RESULTS_DIR"/${inShell(name)}`
  return names.map(write).join('\n')
}

const unescape = (html: string): string =>
  html.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

test('no path leads to a file that is not a result', async () => {
  const api = await startJobApi()
  await api.publish(
    'up',
    `echo inside >"$TASK_RESULTS_DIR/out.txt"; mkdir "$TASK_RESULTS_DIR/folder"; echo x >"$TASK_RESULTS_DIR/folder/x"`,
  )
  const { id } = await api.finish({ app: 'up', ...NO_DATA })
  const dashboard = await logIn(api.platform)
  const { apiKey } = api.platform
  const names = ['..%2f..%2f..%2fapi-key', '%2e%2e%2fjob.json', '../job.json', '%2e%2e/job.json', '..%2fjob.json', '..%5cjob.json']
  const more = [
    '%2fetc%2fpasswd',
    '/etc/passwd',
    '%00',
    'out.txt%00',
    '',
    '.',
    '%2e',
    '..',
    '%2e%2e',
    'folder',
    'folder/',
    'folder%2f..%2fout.txt',
  ]
  const odd = [
    'out.txt/',
    'out.txt%2fx',
    '%2e%2fout.txt',
    'folder//x',
    'x'.repeat(300),
    `${'x/'.repeat(3000)}x`,
    '%',
    '%ff',
    '%2e%2e%2f'.repeat(20),
  ]
  for (const name of [...names, ...more, ...odd]) {
    for (const prefix of [`/jobs/${id}/results`, `/jobs/${id}/tasks/0`]) {
      for (const kind of ['raw', 'view']) {
        const path = `${prefix}/${kind}/${prefix.endsWith('0') ? 'results/' : ''}${name}`
        const response = await getAsIs(dashboard, path)
        expect(String(response.body), path).not.toMatch(new RegExp(`${apiKey}|root:|stateTimestamps|^inside`))
        expectSentence(response, 404, path)
      }
    }
    const path = `/apps/up/revisions/1/files/${name}`
    expectSentence(await getAsIs(dashboard, path), 404, path)
    expectSentence(await getAsIs(dashboard, `${path}?raw`), 404, path)
  }
})

test('a file may have any name', async () => {
  const names = ['a%20b', 'a#b', 'a?b=c&d', 'two words', `it's "quoted"`, 'ü – 漢字', 'chunk', 'results/chunk', 'view/raw', '100%']
  const more = ['new\nline', 'back\\slash', '..dots', 'a;b', "*('star')!", 'tab\there', '<b>.html', '.hidden', 'results/results/x', '.../x']
  const api = await startJobApi()
  await api.publish('names', writeAll([...names, ...more]))
  const { id } = await api.finish({ app: 'names', ...NO_DATA })
  const dashboard = await logIn(api.platform)
  for (const path of [`/jobs/${id}`, `/jobs/${id}/tasks/0`]) {
    const links = Array.from((await dashboard.page(path)).matchAll(/href="([^"]+\/(?:raw|view)\/[^"]+)"/g), ([, href = '']) =>
      unescape(href),
    )
    const found: string[] = []
    for (const link of links.filter((link) => !/\/(?:raw|view)\/chunk$/.test(link) || path === `/jobs/${id}`)) {
      const { status, body, headers } = await dashboard.get(link)
      expect({ link, status }).toEqual({ link, status: 200 })
      if (!/\/(?:results|tasks\/0)\/raw\//.test(link)) continue
      found.push(String(body))
      const [, encoded = ''] = /filename\*=UTF-8''([\w%!#$&+.^`|~-]+)$/.exec(headers['content-disposition'] ?? '') ?? []
      expect(decodeURIComponent(encoded)).toBe(String(body).split('/').at(-1))
    }
    expect(found.toSorted()).toEqual([...names, ...more].toSorted())
  }
})

test('whatever is not there is told in a sentence', async () => {
  const api = await startJobApi()
  await api.publish('up', UPPER)
  await api.publish('split', SPLIT_LINES, { type: 'partitioner' })
  const { id } = await createWithFile(api, 'a\nb\n', { app: 'up', partitioner: 'split' })
  await api.call(`POST /customer/jobs/${id}/run`)
  await api.ended(id)
  const dashboard = await logIn(api.platform)
  const jobs = [
    'none',
    `${id}x`,
    `${id}/tasks/2`,
    `${id}/tasks/NaN`,
    `${id}/tasks/-1`,
    `${id}/tasks/0?attempt=abc`,
    `${id}/tasks/0?attempt=9`,
    `${id}/partitioner?attempt=9`,
    `${id}/assembler?attempt=abc`,
  ]
  const logs = [
    'part=app',
    'part=app&chunk=NaN',
    'part=app&chunk=9',
    'part=app&chunk=0&attempt=abc',
    'part=app&chunk=0&attempt=0',
    'part=app&chunk=0&attempt=-1',
    'part=app&chunk=0&attempt=7',
    'part=partitioner&attempt=2',
    'part=other',
    'part=assembler&attempt=NaN',
  ]
  const others = [
    '/nowhere',
    '/jobs/new?app=none',
    '/jobs/new?app=up@9',
    '/jobs/new?template=none',
    '/jobs/new?from=none',
    '/apps/none',
    '/apps/up@7',
    '/engines/up',
    '/assets/x/none.js',
    '/apps/up/revisions/x',
    '/apps/up/x',
    '/jobs/none/rerun',
    '/__proto__',
    '/jobs/__proto__',
    '/apps/constructor',
  ]
  for (const path of [...jobs.map((path) => `/jobs/${path}`), ...logs.map((query) => `/jobs/${id}/log.txt?${query}`), ...others]) {
    expectSentence(await dashboard.get(path), 404, path)
    if (path.startsWith('/jobs/new')) continue
    const { status, headers } = await dashboard.get(path, { accept: '*/*' })
    expect({ path, status, type: headers['content-type'] }).toEqual({ path, status: 404, type: 'application/json' })
  }
  for (const query of logs) {
    expectSentence(await dashboard.send(`/jobs/${id}/log?${query}`), 404, query)
  }
  expectSentence(await sendRequest(`${dashboard.origin}/jobs`, { headers: { host: 'evil.example', accept: 'text/html' } }), 421, 'host')
  expect((await sendRequest(`${api.platform.apiUrl}/nowhere`, { headers: { accept: 'text/html' } })).reason).toMatch(/no such endpoint/)
})

async function archiveOf({ platform }: JobApi, name: string): Promise<string> {
  const { hash } = JSON.parse(await readFile(join(platform.directory, 'apps', `${name}@1.0.json`), 'utf8')) as { hash: string }
  return join(platform.directory, 'archives', `${Buffer.from(hash, 'base64').toString('hex')}.tar`)
}

test('an archive that is damaged or gone does not take the pages with it', async () => {
  const api = await startJobApi()
  await api.publish('fine', UPPER)
  await api.publish('gone', UPPER.replace('chunk', 'other'))
  await api.publish('gone', UPPER.replace('chunk', 'another'))
  await api.publish('cut', `${UPPER}\n: ${'x'.repeat(5000)}`)
  const { id } = await api.finish({ app: 'gone', ...NO_DATA })
  const dashboard = await logIn(api.platform)
  await rm(await archiveOf(api, 'gone'))
  await truncate(await archiveOf(api, 'cut'), 3000)
  const list = await dashboard.page('/apps')
  for (const name of ['fine', 'gone', 'cut']) expect(list).toContain(`>${name}</a>`)
  for (const name of ['gone', 'cut']) {
    const page = await dashboard.page(`/apps/${name}`)
    expect(page).toMatch(/<p class="problem">[^<]*archive[^<]*<\/p>/)
    expect(page).toContain('Deactivate')
    const revision = name === 'gone' ? 2 : 1
    expectSentence(await dashboard.get(`/apps/${name}/revisions/${revision}/files/app/main.sh`), 404, name)
    expectSentence(await dashboard.get(`/jobs/new?app=${name}`), 404, name)
  }
  expectSentence(await dashboard.get('/apps/gone/revisions/2/archive.tar'), 404, 'archive.tar')
  expectSentence(await dashboard.get(`/jobs/${id}/rerun`), 404, 'rerun')
  await dashboard.page('/apps/gone/revisions/1')
  await dashboard.page(`/jobs/${id}`)
})

test('a job without its files still has a page', async () => {
  const api = await startJobApi()
  await api.publish('up', `${UPPER}; [ "$CHUNK_NUMBER" != 1 ]`)
  await api.publish('split', SPLIT_LINES, { type: 'partitioner' })
  const failed = await createWithFile(api, 'a\nb\n', { app: 'up', partitioner: 'split' })
  const complete = await createWithFile(api, 'a\n', { app: 'up', partitioner: 'split' })
  for (const { id } of [failed, complete]) {
    await api.call(`POST /customer/jobs/${id}/run`)
    await api.ended(id)
    for (const folder of ['chunks', 'results', 'output'])
      await rm(join(api.platform.directory, 'jobs', id, folder), { recursive: true, force: true })
  }
  const dashboard = await logIn(api.platform)
  expect(await dashboard.page(`/jobs/${failed.id}`)).toContain('chunk 1')
  expect(await dashboard.page(`/jobs/${complete.id}`)).toContain('The job wrote no files')
  expectSentence(await dashboard.get(`/jobs/${failed.id}/tasks/1`), 404, 'task')
  expectSentence(await dashboard.get(`/jobs/${failed.id}/results/raw/x`), 400, 'result')
  expectSentence(await dashboard.get(`/jobs/${failed.id}/results.tar`), 400, 'results')
  expect((await dashboard.get(`/jobs/${failed.id}/log.txt?part=app&chunk=1`)).status).toBe(200)
  for (const name of await readdir(join(api.platform.directory, 'jobs', failed.id, 'logs'))) {
    await writeFile(join(api.platform.directory, 'jobs', failed.id, 'logs', name), '{"t":1,"s":"stdout","l":"first"}\n\0\0\0{]\n{"t":1}\n')
  }
  expect(await dashboard.page(`/jobs/${failed.id}`)).toContain('first')
})

test('a new job whose template is gone has a page, and says so', async () => {
  const api = await startJobApi()
  await api.publish('up', UPPER)
  await api.call('POST /dev/templates', { id: 'mine', app: 'up@1.0' })
  const { id } = await api.create({ templateId: 'mine' })
  await api.platform.close()
  await rm(join(api.platform.directory, 'templates', 'mine.json'))
  const again = await startJobApi({ directory: api.platform.directory })
  const dashboard = await logIn(again.platform)
  await dashboard.page(`/jobs/${id}`)
  expectSentence(await dashboard.get(`/jobs/new?from=${id}`), 409, 'duplicate')
  expectSentence(await dashboard.get(`/jobs/${id}/rerun`), 409, 'rerun')
})

test('starting a job a second time does not delete it', async () => {
  const api = await startJobApi()
  await api.publish('up', UPPER)
  const { id } = await api.create({ app: 'up', ...NO_DATA })
  const dashboard = await logIn(api.platform)
  expect((await dashboard.send(`/jobs/${id}/start`)).status).toBe(200)
  await api.ended(id)
  expect((await dashboard.send(`/jobs/${id}/start`)).status).toBe(400)
  await dashboard.page(`/jobs/${id}`)
})

test('odd templates and schemas do not break a form', async () => {
  const api = await startJobApi()
  const odd = { toString: 1, isEscaped: true }
  const properties = {
    text: { type: 'string', default: odd },
    number: { type: 'integer', default: odd },
    list: { type: 'string', default: ['<b>'] },
    all: { enum: [odd, '<b>'], default: odd },
  }
  await api.publish('up', UPPER, { schema: { properties } })
  await api.call('POST /dev/templates', { id: 'nulls', app: 'up', params: null, config: null })
  await api.call('POST /dev/templates', { id: 'odd', app: 'up', params: { app: odd }, config: { taskTimeout: odd, isTestJob: odd } })
  await api.call('POST /dev/templates', {
    id: 'list',
    app: 'up',
    params: [1],
    config: 'x',
    dataSource: { dataSourceDescriptor: 'url', params: 3 },
  })
  const dashboard = await logIn(api.platform)
  for (const query of ['app=up', 'template=nulls', 'template=odd', 'template=list']) {
    expect(await dashboard.page(`/jobs/new?${query}`)).not.toContain('<b>')
  }
  await dashboard.page('/apps/up')
})

test('JSON that would be huge or deep when indented is shown as it is', async () => {
  const api = await startJobApi()
  await api.publish(
    'deep',
    `printf %s "$(head -c 40000 /dev/zero | tr '\\0' '[')" >"$TASK_RESULTS_DIR/broken.json"
node -e 'require("fs").writeFileSync(process.env.TASK_RESULTS_DIR + "/deep.json", "[".repeat(3000) + "]".repeat(3000))'
node -e 'const d = 2000; require("fs").writeFileSync(process.env.TASK_RESULTS_DIR + "/wide.json", "[".repeat(d) + "0,".repeat(100000) + "0" + "]".repeat(d))'`,
  )
  const { id } = await api.finish({ app: 'deep', ...NO_DATA })
  const dashboard = await logIn(api.platform)
  for (const name of ['broken', 'deep', 'wide']) {
    const page = await dashboard.page(`/jobs/${id}/results/view/${name}.json`)
    expect(page.length).toBeLessThan(3_000_000)
  }
})

test('a path to go on to cannot break a header', async () => {
  const { platform } = await startJobApi()
  const dashboard = await logIn(platform)
  for (const [to, location] of [
    ['/jobs%0d%0aset-cookie:%20x=y', '/jobsset-cookie:%20x=y'],
    ['/.//evil.example', '/'],
    ['/%09/evil.example', '/'],
    ['/%5cevil.example', '/'],
    ['/jobs?text=%C3%BC%00x', '/jobs?text=%C3%BC%00x'],
  ]) {
    const response = await dashboard.get(`/login?to=${to}`)
    expect({ to, status: response.status, location: response.headers.location }).toEqual({ to, status: 302, location })
    expect(response.headers['set-cookie']).toBeUndefined()
  }
})

test('logging out needs the token of the page as well', async () => {
  const { platform } = await startJobApi()
  const dashboard = await logIn(platform)
  expect((await dashboard.send('/logout', { token: 'x' })).status).toBe(403)
  expect((await dashboard.send('/logout', {}, { cookie: '' })).headers.location).toBe('/login')
  expect((await dashboard.send('/logout')).headers['set-cookie']?.[0]).toMatch(/Max-Age=0/)
})

test('the token of a registry and the logins of sources are in no page, and in no file that a page leads to', async () => {
  const secrets = ['the-token-of-the-registry', 'pa55-in-the-address', 'pa55-in-the-params', 'pa55-of-the-job', 'pa55-of-a-parameter']
  const [token = '', inAddress = '', inParams = '', ofJob = '', ofParameter = ''] = secrets
  const dataSource = {
    dataSourceDescriptor: 'url',
    params: { url: `http://me:${inAddress}@127.0.0.1:1/data.txt?x=y@z`, username: 'me', password: inParams },
  }
  const template = { id: 'mine', app: 'up@1.0', dataSource, params: { app: { password: ofParameter, count: 3 } } }
  const api = await startJobApi()
  const manifest = {
    name: 'up',
    version: '1.0',
    platform: 'docker',
    entrypoint: 'main.sh',
    platformConfig: { container: 'any', PrivateImage: true, userName: 'me', TOKEN: token },
  }
  const tar = pack()
  tar.entry({ name: 'manifest.json' }, JSON.stringify(manifest))
  tar.entry({ name: 'template.json' }, JSON.stringify(template))
  tar.entry({ name: 'app/main.sh', mode: 0o755 }, '#!/bin/sh\nexit 3\n')
  tar.finalize()
  const data = (await buffer(tar as AsyncIterable<Uint8Array>)).toString('base64')
  expect((await api.call('POST /dev/apps', { data })).status).toBe(200)
  await api.call('POST /dev/apps/up/activate')
  const url = `http://me:${ofJob}@127.0.0.1:1/`
  const params = { app: { password: ofParameter, list: [{ api_key: ofParameter }] } }
  const { id } = await api.create({ app: 'up', dataSource: { dataSourceDescriptor: 'url', params: { url } }, params })
  const { id: ended } = await api.finish({
    app: 'up',
    dataSource: { dataSourceDescriptor: 'bypass', params: { url, password: ofJob } },
    params,
  })
  const dashboard = await logIn(api.platform)
  const apps = [
    '/apps',
    '/apps/up',
    '/apps/up/revisions/1',
    '/apps/up/revisions/1/files/manifest.json',
    '/apps/up/revisions/1/files/template.json',
  ]
  const jobs = [`/jobs/${id}`, `/jobs/${ended}`, `/jobs/${ended}/tasks/0`]
  for (const path of [...apps, ...jobs]) {
    const page = await dashboard.page(path)
    for (const secret of secrets) expect(page.includes(secret), `${secret} in ${path}`).toBe(false)
  }
  for (const name of ['manifest.json', 'template.json']) {
    const { body } = await dashboard.get(`/apps/up/revisions/1/files/${name}?raw`)
    for (const secret of secrets) expect(String(body).includes(secret), `${secret} in ${name}`).toBe(false)
    expect(JSON.parse(String(body))).toHaveProperty(name === 'manifest.json' ? 'platformConfig.container' : 'dataSource.params.username')
  }
  // A form has what it sends back, but not the logins of sources. What it says of a shell has neither.
  const forms = ['/jobs/new?template=mine', `/jobs/new?from=${ended}`, `/jobs/${ended}/rerun`]
  for (const path of forms) {
    const page = await dashboard.page(path)
    for (const secret of secrets.slice(0, 4)) expect(page.includes(secret), `${secret} in ${path}`).toBe(false)
    expect(page.replaceAll(/<(?:textarea|input)[^>]*>[^<]*/g, '').includes(ofParameter), path).toBe(false)
  }
  expect(await dashboard.page('/jobs/new?template=mine')).toContain('value="http://127.0.0.1:1/data.txt?x=y@z"')
  const report = await run(process.execPath, [localBin, 'report', ended, '--out', '-'], { cwd: repository, env: api.platform.env })
  expect(report.stdout).toContain('<!doctype html>')
  for (const secret of secrets) expect(report.stdout.includes(secret), secret).toBe(false)
})

/** What a browser would act on, or show in another order, or not at all. */
// oxlint-disable-next-line no-control-regex
const HIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/

test('what would hide or reorder text is visible: in names, logs, files and reports', async () => {
  const api = await startJobApi()
  const odd = 'a\u202egnp.exe\u2066b\u200bc\u009bd'
  await api.publish(
    'odd',
    `printf 'one \\342\\200\\256two \\302\\233 \\007 \\033]8;;javascript:alert(1)\\007link\\033]8;;\\007 \\377\\376 \\033[31mred\\033[0m\\n'
printf '\\033]0;never ended\\n::error::x\\n' >&2
head -c 10000000 /dev/zero | tr '\\0' 'y'; echo
printf %s ${inShell(odd)} >"$TASK_RESULTS_DIR"/${inShell(`${odd.replace('\u009b', '')}.txt`)}
exit 3`,
    { schema: { properties: { [odd]: { type: 'string', description: odd, enum: [odd] } } } },
  )
  await api.publish('fine', `printf %s ${inShell(odd)} >"$TASK_RESULTS_DIR"/${inShell(`${odd.replace('\u009b', '')}.txt`)}`)
  const { id } = await api.finish({ app: 'odd', name: odd, description: odd, params: { app: { [odd]: odd } }, ...NO_DATA })
  const { id: complete } = await api.finish({ app: 'fine', name: odd, ...NO_DATA })
  const dashboard = await logIn(api.platform)
  const file = /href="([^"]*\/view\/[^"]*)"/.exec(await dashboard.page(`/jobs/${complete}`))?.[1] ?? ''
  const paths = [
    '/jobs',
    `/jobs/${id}`,
    `/jobs/${id}/tasks/0`,
    `/jobs/new?from=${id}`,
    `/jobs/${id}/rerun`,
    `/jobs/${complete}`,
    unescape(file),
  ]
  for (const path of paths) {
    const page = await dashboard.page(path)
    expect(HIDDEN.exec(page)?.[0], path).toBeUndefined()
    expect(page, path).toContain(String.raw`a\u202egnp.exe\u2066b\u200bc`)
  }
  const { body } = await dashboard.send(`/jobs/${id}/log?part=app&chunk=0`)
  const lines = String(body)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { m: boolean; p: unknown[] })
  expect(JSON.stringify(lines)).not.toMatch(HIDDEN)
  const printed = lines.filter(({ m }) => !m).map(({ p }) => p)
  expect(printed).toContainEqual([String.raw`one \u202etwo \u009b ␇ link �� `, ['red', 'ansi-red']])
  expect(printed).toContainEqual(['0;never ended'])
  expect(printed).toContainEqual(['::error::x'])
  expect(printed.filter(([text]) => typeof text === 'string' && /^y+$/.test(text)).join('')).toHaveLength(10_000_000)
  const report = await run(process.execPath, [localBin, 'report', id, '--out', '-'], { cwd: repository, env: api.platform.env })
  expect(HIDDEN.exec(report.stdout)).toBeNull()
  expect(report.stdout).toContain(String.raw`one \u202etwo`)
})

test('behind a proxy that encrypts, all of it works by the public address, and by no other', async () => {
  const platform = await startPlatform({ publicUrls: ['https://platform.example'] }, { behindProxy: true })
  const { origin } = new URL(platform.apiUrl)
  const [host, publicOrigin] = ['platform.example', 'https://platform.example']
  const post = (path: string, body: string, headers: Record<string, string>): Promise<RawResponse> =>
    sendRequest(origin, {
      method: 'POST',
      path,
      body,
      headers: { host, 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html', ...headers },
    })
  const form = `apiKey=${encodeURIComponent(platform.apiKey)}`
  for (const wrong of [origin, 'http://platform.example', 'https://platform.example:2983', 'https://platform.example.evil']) {
    expectSentence(await post('/login', form, { origin: wrong }), 403, wrong)
  }
  const response = await post('/login', form, { origin: publicOrigin })
  expect(response.headers['set-cookie']?.[0]).toMatch(/^bytenite-443=[^;]+; .*HttpOnly; Secure; SameSite=Lax$/)
  const cookie = cookieOf(response)
  const page = await sendRequest(origin, { path: '/jobs', headers: { host, cookie } })
  const token = /data-token="([^"]+)"/.exec(String(page.body))?.[1] ?? ''
  expect((await sendRequest(origin, { path: '/jobs', headers: { cookie } })).status).toBe(302)
  const headers = { cookie, 'x-form-token': token, origin: publicOrigin }
  expect((await post('/jobs/none/delete', '', headers)).status).toBe(404)
  expect((await post('/jobs/none/delete', '', { ...headers, origin })).status).toBe(403)
  const authorization = await accessToken(platform.apiUrl, platform.apiKey)
  const link = await sendRequest(origin, { method: 'POST', path: '/v1/auth/login_link', headers: { host, authorization } })
  expect(JSON.parse(String(link.body))).toMatchObject({
    link: expect.stringMatching(/^https:\/\/platform\.example\/login\/link#[\w-]{32}$/) as string,
  })
})

test('a login link is in no log', async () => {
  const entries: unknown[] = []
  const platform = await startPlatform({ onRequest: (entry) => entries.push(entry) })
  const { origin } = new URL(platform.apiUrl)
  const { link } = await platform.client.createLoginLink()
  const once = new URL(link).hash.slice(1)
  await sendRequest(link)
  expect((await sendForm(`${origin}/login`, { once }, { origin })).status).toBe(303)
  const again = await sendForm(`${origin}/login`, { once }, { origin })
  expect(again.status).toBe(403)
  expect(String(again.body)).not.toContain(once)
  await waitFor('the entries', () => entries.length >= 4)
  expect(JSON.stringify(entries)).not.toContain(once)
})

test('a command to copy is one command, whatever is in its parameters', async () => {
  const api = await startJobApi()
  await api.publish('up', UPPER)
  const value = `'; touch "$HOME"; '$(id)\`id\``
  const params = { app: { [value]: value } }
  const { id } = await api.finish({ app: 'up', name: value, params, ...NO_DATA })
  await api.call('POST /dev/templates', { id: 'mine', app: 'up', params })
  const dashboard = await logIn(api.platform)
  const found: string[] = []
  for (const path of [
    `/jobs/${id}`,
    `/jobs/${id}/rerun`,
    `/jobs/new?from=${id}`,
    '/jobs/new?template=mine',
    `/jobs?text=${encodeURIComponent(value)}`,
  ]) {
    const commands = Array.from((await dashboard.page(path)).matchAll(/<code>((?:npx|curl) [^<]+)<\/code>/g), ([, code = '']) =>
      unescape(code),
    )
    for (const command of commands.filter((command) => command.includes('touch'))) {
      // The shell prints the words that it would call the program with.
      const { stdout } = await run('sh', ['-c', `npx() { printf '%s\\n' "$@"; }; curl() { npx "$@"; }; ${command}`], {
        cwd: repository,
        env: { HOME: '/nowhere', TOKEN: 't' },
      })
      expect(stdout).toContain(JSON.stringify(value).slice(1, -1))
      found.push(command.split(' ')[0] ?? '')
    }
  }
  expect(found).toEqual(expect.arrayContaining(['npx', 'curl']))
})
