import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, expect, test } from 'vitest'
import { browserPath, findViolations, openPage, stopBrowser } from '../helpers/browser.ts'
import { connectJobApi, createWithFile, JOIN, SPLIT_LINES, startJobApi, type JobApi } from '../helpers/job-api.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { startPlatform } from '../helpers/platform.ts'

const hasBrowser = browserPath !== undefined
if (!hasBrowser) console.log('Not tested: the dashboard in a browser, because there is no Chromium here.')

afterAll(stopBrowser)

/** Counts words, and fails for a chunk with "broken" in it as long as the file of that name is not there. */
const COUNT = (fixed: string): string => `echo "counting in chunk $CHUNK_NUMBER"
if grep -q broken "$TASK_DIR/data.bin" && [ ! -e '${fixed}' ]; then
  printf '\\033[31mcannot count a broken line\\033[0m\\n' >&2
  exit 4
fi
wc -w <"$TASK_DIR/data.bin" >"$TASK_RESULTS_DIR/$CHUNK_NUMBER.txt"`

async function start(): Promise<JobApi & { fixed: string; origin: string }> {
  const api = await startJobApi({ directory: await temporaryDirectory() })
  const fixed = `${await temporaryDirectory()}/fixed`
  await api.publish('split', SPLIT_LINES, { type: 'partitioner' })
  await api.publish('join', JOIN, { type: 'assembler' })
  await api.publish('count', COUNT(fixed), {
    schema: {
      type: 'object',
      properties: { word: { type: 'string', maxLength: 5, description: 'What to count.' }, times: { type: 'integer' } },
    },
  })
  return { ...api, fixed, origin: new URL(api.platform.apiUrl).origin }
}

async function logInWith(api: JobApi & { origin: string }, path = '/'): ReturnType<typeof openPage> {
  const opened = await openPage()
  await opened.page.goto(api.origin + path)
  await opened.page.getByLabel('API key').fill(api.platform.apiKey)
  await opened.page.getByRole('button', { name: 'Log in' }).click()
  await opened.page.waitForURL((url) => url.pathname !== '/login')
  return opened
}

test.runIf(hasBrowser)('publish, submit, watch, find the reason of a failure, run it again, and download the result', async () => {
  const api = await start()
  const { page, errors } = await logInWith(api, '/apps')
  await page.getByRole('link', { name: 'count' }).waitFor()
  await api.publish('later', 'true')
  await page.getByRole('link', { name: 'later' }).waitFor()

  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Jobs' }).click()
  await page.getByRole('link', { name: 'New job' }).click()
  await page.getByRole('link', { name: 'count@1.0' }).click()
  await page.getByLabel('Partitioner', { exact: true }).selectOption('split@1.0')
  await page.getByLabel('Assembler', { exact: true }).selectOption('join@1.0')
  await page.getByLabel('Name', { exact: true }).fill('word count')
  await page.getByLabel('File', { exact: true }).setInputFiles({
    name: 'text.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('one two\na broken line\nfour words are here\n'),
  })
  await page.getByLabel('word').fill('too long')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByText('must NOT have more than 5 characters').waitFor()
  await page.getByLabel('word').fill('short')
  await page.getByRole('button', { name: 'Run', exact: true }).click()

  await page.getByRole('heading', { name: 'Why it failed' }).waitFor()
  const log = page.locator('.log-view')
  await log.getByText('cannot count a broken line').waitFor()
  expect(await log.locator('.ansi-red').textContent()).toBe('cannot count a broken line')

  await writeFile(api.fixed, '')
  await page.getByRole('button', { name: 'Run unfinished tasks again' }).click()
  await page.getByRole('heading', { name: 'Results' }).waitFor()
  const downloading = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download all.txt' }).click()
  expect(await readFile(await (await downloading).path(), 'utf8')).toBe('2\n3\n4\n')
  expect(errors).toEqual(['Failed to load resource: the server responded with a status of 400 (Bad Request)'])
})

test.runIf(hasBrowser)('the reason of a failed task is one click away from the first page', async () => {
  const api = await start()
  const { id } = await createWithFile(api, 'fine\nbroken\n', { app: 'count', partitioner: 'split', name: 'fails' })
  await api.call(`POST /customer/jobs/${id}/run`)
  await api.ended(id)
  const { page, errors } = await logInWith(api)
  await page.getByRole('link', { name: 'fails' }).click()
  await page.getByText('cannot count a broken line').first().waitFor()
  expect(errors).toEqual([])
})

test.runIf(hasBrowser)('a log is searched, filtered and followed, whatever is in it', async () => {
  const api = await start()
  const go = `${await temporaryDirectory()}/go`
  await api.publish(
    'noisy',
    `i=0; while [ $i -lt 3000 ]; do echo "line $i"; i=$((i+1)); done
printf '<b>bold</b>\\033]0;title\\007\\001\\n' >&2
while [ ! -e '${go}' ]; do sleep 0.05; done
echo "the end"`,
  )
  const { id } = await api.create({ app: 'noisy', dataSource: { dataSourceDescriptor: 'bypass' } })
  await api.call(`POST /customer/jobs/${id}/run`)
  const { page, errors } = await logInWith(api, `/jobs/${id}/tasks/0`)
  const log = page.locator('.log-view')
  await log.getByText('<b>bold</b>␁', { exact: true }).waitFor()
  await page.getByLabel('Search').fill('LINE 2999')
  await log.getByText(/^1 of 300\d lines$/).waitFor()
  await page.getByLabel('Search').fill('')
  await page.getByLabel('Show').selectOption('stderr')
  await log.getByText(/^1 of 300\d lines$/).waitFor()
  await page.getByLabel('Show').selectOption('')
  await writeFile(go, '')
  await log.getByText('the end').waitFor()
  await api.ended(id)
  expect(errors).toEqual([])
})

test.runIf(hasBrowser)('a task that runs again shows the log of its new attempt', async () => {
  const api = await start()
  const { id } = await createWithFile(api, 'broken\n', { app: 'count', partitioner: 'split' })
  await api.call(`POST /customer/jobs/${id}/run`)
  await api.ended(id)
  const { page } = await logInWith(api, `/jobs/${id}/tasks/0`)
  await page.getByRole('heading', { name: 'Log of attempt 1' }).waitFor()
  await writeFile(api.fixed, '')
  await api.call(`POST /customer/jobs/${id}/rerun`)
  await page.getByRole('heading', { name: 'Log of attempt 2' }).waitFor()
  await page.getByText('counting in chunk 0').waitFor()
})

test.runIf(hasBrowser)('a link logs in by itself, once', async () => {
  const api = await start()
  const authorization = api.token
  const response = await fetch(`${api.platform.apiUrl}/auth/login_link`, { method: 'POST', headers: { authorization } })
  const { link } = (await response.json()) as { link: string }
  const { page } = await openPage()
  await page.goto(link)
  await page.getByRole('heading', { name: 'Jobs' }).waitFor()
  const second = await openPage()
  await second.page.goto(link)
  await second.page.getByText('was used already').waitFor()
})

test.runIf(hasBrowser)('a page tells that the platform is gone, and goes on when it is back', async () => {
  const directory = await temporaryDirectory()
  const api = await startJobApi({ directory })
  const { page } = await logInWith({ ...api, origin: new URL(api.platform.apiUrl).origin }, '/apps')
  await page.getByText('0 apps').waitFor()
  await api.platform.close()
  await page.getByText('The connection to the platform is lost').waitFor()
  const { port } = new URL(api.platform.apiUrl)
  const again = await startPlatform({ directory }, { port: Number(port) })
  await (await connectJobApi(again)).publish('meanwhile', 'true')
  await page.getByRole('link', { name: 'meanwhile' }).waitFor()
  await page.getByText('The connection to the platform is lost').waitFor({ state: 'hidden' })
})

test.runIf(hasBrowser)('a keyboard alone leads to the task that failed', async () => {
  const api = await start()
  const { id } = await createWithFile(api, 'fine\nfine\nbroken\n', { app: 'count', partitioner: 'split' })
  await api.call(`POST /customer/jobs/${id}/run`)
  await api.ended(id)
  const { page } = await logInWith(api, `/jobs/${id}`)
  const tasks = page.getByRole('slider')
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab')
    if (await page.evaluate("document.activeElement?.id === 'task-cells'")) break
  }
  await page.keyboard.press('f')
  expect(await tasks.getAttribute('aria-valuetext')).toBe('Task 2: failed')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Task 2' }).waitFor()
})

test.runIf(hasBrowser)('everybody can use every page, light or dark, in a narrow window as well', { timeout: 240_000 }, async () => {
  const api = await start()
  const { id } = await createWithFile(api, 'fine\nbroken\nfine\n', { app: 'count', partitioner: 'split', assembler: 'join' })
  await api.call(`POST /customer/jobs/${id}/run`)
  await api.ended(id)
  const { id: complete } = await api.finish({ app: 'count', dataSource: { dataSourceDescriptor: 'bypass' } })
  await api.publish('count', `${COUNT(api.fixed)}\ntrue`)
  const { page } = await logInWith(api)
  const paths = ['/jobs', '/jobs?state=new&text=nothing', '/jobs/new', '/jobs/new?app=count', `/jobs/${id}`, `/jobs/${id}/tasks/1`]
  const more = [
    `/jobs/${id}/partitioner`,
    `/jobs/${complete}`,
    `/jobs/${complete}/rerun`,
    `/jobs/${complete}/results/view/0.txt`,
    '/apps',
    '/apps/count',
    '/engines',
  ]
  const found: Record<string, string[]> = {}
  for (const path of [...paths, ...more, '/apps/count/revisions/1/files/app/main.sh', '/jobs/none']) {
    await page.goto(api.origin + path)
    await page.locator('h1').waitFor()
    const violations = await findViolations(page)
    await page.emulateMedia({ colorScheme: 'dark' })
    violations.push(...(await findViolations(page, ['color-contrast'])))
    await page.emulateMedia({ colorScheme: 'light' })
    if (violations.length > 0) found[path] = violations
    await page.setViewportSize({ width: 320, height: 640 })
    const isWide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')
    if (isWide) (found[path] ??= []).push('does not fit into a narrow window')
    await page.setViewportSize({ width: 1280, height: 800 })
  }
  await page.context().clearCookies()
  await page.goto(`${api.origin}/login`)
  expect({ ...found, '/login': await findViolations(page) }).toEqual({ '/login': [] })
})
