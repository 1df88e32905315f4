import { createServer, type IncomingHttpHeaders } from 'node:http'
import { afterAll, expect, test } from 'vitest'
import { browserPath, openPage, stopBrowser } from '../helpers/browser.ts'
import { startJobApi, UPPER, type JobApi } from '../helpers/job-api.ts'
import { listen } from '../helpers/listen.ts'
import { waitFor } from '../helpers/wait-for.ts'

const hasBrowser = browserPath !== undefined
if (!hasBrowser) console.log('Not tested: attacks on the dashboard in a browser, because there is no Chromium here.')

afterAll(stopBrowser)

const NO_DATA = { dataSource: { dataSourceDescriptor: 'bypass' } }

async function openLoggedIn({ platform }: JobApi): Promise<Awaited<ReturnType<typeof openPage>> & { origin: string }> {
  const opened = await openPage()
  const { origin } = new URL(platform.apiUrl)
  await opened.page.goto((await platform.client.createLoginLink()).link)
  await opened.page.getByRole('heading', { name: 'Jobs' }).waitFor()
  return { ...opened, origin }
}

test.runIf(hasBrowser)('the text of a login link is sent once, to log in, and is then nowhere', async () => {
  const { platform } = await startJobApi()
  const { page, errors } = await openPage()
  const { link } = await platform.client.createLoginLink()
  const once = /[-\w]{32}$/.exec(link)?.[0] ?? 'none'
  const found: string[] = []
  const looking: Promise<unknown>[] = []
  page.on('request', (request) => {
    const look = async (): Promise<void> => {
      const sent = { url: request.url().split('#')[0], headers: await request.allHeaders(), body: request.postData() ?? '' }
      for (const [part, value] of Object.entries(sent)) {
        if (JSON.stringify(value).includes(once)) found.push(`${request.method()} ${new URL(request.url()).pathname} ${part}`)
      }
    }
    looking.push(look())
  })
  await page.goto(link)
  await page.getByRole('heading', { name: 'Jobs' }).waitFor()
  await Promise.all(looking)
  expect(found).toEqual(['POST /login body'])
  expect(page.url()).not.toContain(once)
  await page.goBack()
  await page.getByRole('link', { name: 'Log in with an API key' }).waitFor()
  expect(page.url()).not.toContain(once)
  expect(errors).toEqual([])
})

const MARKUP = `"'><img src=x onerror=alert(1)><script>alert(2)</script><a href="javascript:alert(3)">x</a>`
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(4)"><script>alert(5)</script><foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><img src="x" onerror="alert(6)"/></body></foreignObject></svg>`

test.runIf(hasBrowser)('nothing that an app wrote runs, or becomes a part of a page', { timeout: 120_000 }, async () => {
  const api = await startJobApi()
  const inShell = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
  const name = MARKUP.replaceAll('/', '_')
  const schema = {
    title: MARKUP,
    properties: { [MARKUP]: { title: MARKUP, description: MARKUP, enum: [MARKUP] }, __proto__2: { type: 'string', default: MARKUP } },
  }
  const print = `printf '%s\\n' ${inShell(MARKUP)}; printf '\\033[31m%s\\033[0m\\342\\200\\256end\\n' ${inShell(MARKUP)} >&2`
  const write = `printf %s ${inShell(MARKUP)} >"$TASK_RESULTS_DIR"/${inShell(`${name}.txt`)}
printf %s ${inShell(SVG)} >"$TASK_RESULTS_DIR/image.svg"; printf %s ${inShell(MARKUP)} >"$TASK_RESULTS_DIR/page.html"; printf %s ${inShell(SVG)} >"$TASK_RESULTS_DIR/fake.png"`
  await api.publish('evil', `${print}\n${write}`, { schema })
  await api.publish('fails', `${print}\nexit 3`)
  const more = { name: MARKUP, description: MARKUP, params: { app: { [MARKUP]: MARKUP } }, ...NO_DATA }
  const { id } = await api.finish({ app: 'evil', ...more })
  const { id: failed } = await api.finish({ app: 'fails', ...more })
  const { page, errors, origin } = await openLoggedIn(api)
  const dialogs: string[] = []
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  const jobs = [
    '/jobs',
    `/jobs/${id}`,
    `/jobs/${id}/tasks/0`,
    `/jobs/new?from=${id}`,
    `/jobs/${id}/rerun`,
    `/jobs/${failed}`,
    `/jobs/${failed}/tasks/0`,
  ]
  const files = [`${name}.txt`, 'image.svg', 'page.html', 'fake.png'].map((file) => `/jobs/${id}/results/view/${encodeURIComponent(file)}`)
  for (const path of [...jobs, ...files, `/jobs?text=${encodeURIComponent(MARKUP)}`, '/apps/evil', `/${encodeURIComponent(MARKUP)}`]) {
    await page.goto(origin + path)
    await page.locator('h1').waitFor()
    if (path.endsWith('/tasks/0') || path === `/jobs/${failed}`)
      await page
        .locator('.lines.virtual')
        .getByText(String.raw`\u202eend`)
        .waitFor()
    const made = page.locator('img[onerror], script:not([src^="/assets/"]), a[href^="javascript:"], [onload]')
    expect(await made.count(), path).toBe(0)
    expect(await page.title(), path).not.toBe('')
  }
  // As a page of its own, a browser refuses to run what is in it, and says so.
  const before = errors.splice(0)
  await page.goto(`${origin}/jobs/${id}/results/raw/image.svg`)
  await page.goto(`${origin}/jobs/${id}/results/raw/fake.png`)
  expect(await page.evaluate('self.origin')).toBe('null')
  expect(before.filter((message) => !message.includes('404'))).toEqual([])
  expect(dialogs).toEqual([])
})

test.runIf(hasBrowser)('a page of another port of this machine can do nothing, and read nothing', async () => {
  const api = await startJobApi()
  await api.publish(
    'up',
    `${UPPER}; cp "$TASK_DIR/data.bin" "$TASK_RESULTS_DIR/a.svg"; printf '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>' >"$TASK_RESULTS_DIR/a.svg"`,
  )
  const { id } = await api.finish({ app: 'up', ...NO_DATA })
  const { page, context, origin } = await openLoggedIn(api)
  // The cookie is for all ports of the machine: this page is of the same site.
  const hostile = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<title>hostile</title>'))
  const evil = `http://127.0.0.1:${await listen(hostile)}`
  const other = await context.newPage()
  await other.goto(evil)
  const tried = (await other.evaluate(`(async () => {
    const read = (path, init) =>
      fetch(${JSON.stringify(origin)} + path, { credentials: 'include', ...init }).then(
        async (response) => response.type + ' ' + (await response.text()),
        () => 'refused',
      )
    const load = (tag, path) =>
      new Promise((resolve) => {
        const element = document.createElement(tag)
        element.onload = () => resolve('loaded')
        element.onerror = () => resolve('refused')
        element.src = ${JSON.stringify(origin)} + path
        document.body.append(element)
      })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return {
      delete: await read('/jobs/${id}/delete', { method: 'POST', mode: 'no-cors', headers, body: 'token=x' }),
      cors: await read('/jobs/${id}', { mode: 'cors' }),
      opaque: await read('/jobs/${id}', { mode: 'no-cors' }),
      events: await read('/events?about=jobs', { method: 'POST', mode: 'no-cors' }),
      image: await load('img', '/jobs/${id}/results/raw/a.svg'),
      log: await load('script', '/jobs/${id}/log.txt?part=app&chunk=0'),
    }
  })()`)) as Record<string, string>
  // A response that may not be read is refused, or empty for whoever asked.
  for (const [way, outcome] of Object.entries(tried))
    expect({ way, outcome }).toEqual({ way, outcome: expect.stringMatching(/^(?:refused|opaque )$/) as string })
  await other.setContent(
    `<form method="post" action="${origin}/jobs/${id}/delete"><input name="token" value="x"></form><iframe src="${origin}/jobs"></iframe>`,
  )
  const frame = await (await other.waitForSelector('iframe')).contentFrame()
  await waitFor('the frame to be refused', () => frame?.url().startsWith('chrome-error:') === true)
  await other.evaluate('document.forms[0].submit()')
  await other.waitForURL(`${origin}/jobs/${id}/delete`)
  expect(await other.content()).toMatch(/requests from other sites are refused/)
  await page.goto(`${origin}/jobs/${id}`)
  await page.getByRole('heading', { name: 'Results' }).waitFor()
})

test.runIf(hasBrowser)('a template keeps the login of its source, which the form does not have', async () => {
  const requests: IncomingHttpHeaders[] = []
  const source = createServer((request, response) => {
    requests.push(request.headers)
    response.end('some data\n')
  })
  const port = await listen(source)
  const api = await startJobApi()
  await api.publish('up', UPPER)
  const dataSource = { dataSourceDescriptor: 'url', params: { url: `http://me:pa55@127.0.0.1:${port}/data.txt` } }
  await api.call('POST /dev/templates', { id: 'mine', app: 'up', dataSource })
  const { page, errors, origin } = await openLoggedIn(api)
  const runFrom = async (change: () => Promise<void>): Promise<string | undefined> => {
    await page.goto(`${origin}/jobs/new?template=mine`)
    expect(await page.content()).not.toContain('pa55')
    await change()
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.getByRole('heading', { name: 'Results' }).waitFor()
    return requests.at(-1)?.authorization
  }
  expect(await runFrom(async () => {})).toBe(`Basic ${Buffer.from('me:pa55').toString('base64')}`)
  // Another address must not get the login of the first.
  expect(await runFrom(() => page.getByLabel('Address', { exact: true }).fill(`http://127.0.0.1:${port}/other.txt`))).toBeUndefined()
  expect(errors).toEqual([])
})
