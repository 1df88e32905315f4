import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { browserPath, openPage, stopBrowser } from '../helpers/browser.ts'
import { createFakeRunner, type FakeRunnerOptions } from '../helpers/fake-runner.ts'
import { openJobPlatform } from '../helpers/job-platform.ts'
import { startPlatform } from '../helpers/platform.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const hasBrowser = browserPath !== undefined
if (!hasBrowser) console.log('Not tested: large jobs and logs in a browser, because there is no Chromium here.')

afterAll(stopBrowser)

const TASKS = 10_000
const FAILED = 7_777
/** More than fit one below the other: browsers cut what is too high. */
const LINES = 900_000

const done = { type: 'exited', exitCode: 0, signal: null } as const

/** Does in this process what a job of many tasks, or one with a long log, would do. */
const run: NonNullable<FakeRunnerOptions['run']> = async (entrypoint, { variables, print }) => {
  if (entrypoint === 'split') {
    for (let chunk = 0; chunk < TASKS; chunk++) await writeFile(join(variables['CHUNKS_DIR'] ?? '', `data_${chunk}.bin`), '')
  }
  if (entrypoint === 'print') for (let line = 0; line < LINES; line += 1000) print('stdout', numbers(line, line + 1000))
  return entrypoint === 'work' && variables['CHUNK_NUMBER'] === String(FAILED) ? { ...done, exitCode: 3 } : done
}

function numbers(from: number, to: number): string {
  let text = ''
  for (let number = from; number < to; number++) text += `line ${number}\n`
  return text
}

/** Runs a job, then serves it. */
async function serve(request: { app: string; partitioner?: string }): Promise<{ page: Page; url: string; errors: string[] }> {
  const directory = await temporaryDirectory()
  const platform = openJobPlatform({ directory, createRunner: () => createFakeRunner({ run }), limits: { log: 200e6 } })
  await platform.publish('split', { type: 'partitioner', code: { split: '' } })
  for (const name of ['work', 'print']) await platform.publish(name, { code: { [name]: '' } })
  const { id } = await platform.finish(request)
  await platform.close()
  const { apiUrl, apiKey } = await startPlatform({ directory })
  const { page, errors } = await openPage({ viewport: { width: 1000, height: 800 } })
  const { origin } = new URL(apiUrl)
  await page.goto(origin)
  await page.getByLabel('API key').fill(apiKey)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.waitForURL((url) => url.pathname === '/jobs')
  return { page, url: `${origin}/jobs/${id}`, errors }
}

test.runIf(hasBrowser)('a job of 10,000 tasks can be gone through', async () => {
  const { page, url, errors } = await serve({ app: 'work', partitioner: 'split' })
  await page.goto(url)
  const grid = page.getByRole('slider')
  await page.locator('#task-cells[style]').waitFor()
  const press = async (...keys: string[]): Promise<string | null> => {
    for (const key of keys) await grid.press(key)
    return grid.getAttribute('aria-valuetext')
  }
  expect(await press('f')).toBe(`Task ${FAILED}: failed`)
  expect(await press('Home', 'ArrowRight')).toBe('Task 1: completed')
  expect(await press('End')).toMatch(/^Task 9999: /)
  expect(await press('ArrowRight')).toMatch(/^Task 9999: /)

  // Each cell has its own colour, and one frame is drawn at a time.
  const picture = () => page.evaluate<string>("document.getElementById('task-cells').toDataURL()")
  await grid.press('Home')
  const before = await picture()
  for (const key of ['ArrowDown', 'f', 'End', 'PageUp']) await grid.press(key)
  expect(await picture()).not.toBe(before)
  await grid.press('Home')
  expect(await picture()).toBe(before)

  const width = Number(await page.evaluate("document.getElementById('task-cells').clientWidth"))
  const columns = width / 12
  const position = { x: (FAILED % columns) * 12 + 5, y: Math.floor(FAILED / columns) * 12 + 5 }
  await grid.click({ position })
  await page.waitForURL(`${url}/tasks/${FAILED}`)
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(`Task ${FAILED}`)

  await page.goto(`${url}?page=200#tasks`)
  const table = page.getByRole('region', { name: 'Table of tasks' })
  const rows = await table.getByRole('rowheader').allTextContents()
  expect([rows.length, rows[0], rows.at(-1)]).toEqual([50, 'Task 9950', 'Task 9999'])
  await page.getByRole('navigation', { name: 'State of the tasks' }).getByRole('link', { name: 'failed' }).click()
  await page.waitForURL(/tasks=failed/)
  expect(await table.getByRole('rowheader').allTextContents()).toEqual([`Task ${FAILED}`])
  expect(errors).toEqual([])
})

test.runIf(hasBrowser)('a log that is higher than a browser can draw has all of its lines', { timeout: 300_000 }, async () => {
  const { page, url, errors } = await serve({ app: 'print' })
  await page.goto(`${url}/tasks/0`)
  const log = page.locator('.log-view')
  const count = log.locator('output')
  // With those of the platform.
  await count.filter({ hasText: /^90000\d lines$/ }).waitFor({ timeout: 200_000 })
  await log.getByText(`line ${LINES - 1}`, { exact: true }).waitFor()
  const scrollTo = (share: number): Promise<unknown> =>
    page.evaluate(`{ const log = document.querySelector('.log'); log.scrollTop = (log.scrollHeight - log.clientHeight) * ${share} }`)
  await scrollTo(0)
  await log.getByText('line 0', { exact: true }).waitFor()
  await scrollTo(0.5)
  await log
    .getByText(/^line 4500\d\d$/)
    .first()
    .waitFor()
  await scrollTo(1)
  await log.getByText(`line ${LINES - 1}`, { exact: true }).waitFor()
  // What is in sight follows line by line.
  const shown = (await log.locator('.line .text').allTextContents())
    .filter((text) => text.startsWith('line '))
    .map((text) => Number(text.slice(5)))
  expect(shown).toEqual(Array.from(shown, (_, index) => LINES - shown.length + index))
  await page.getByLabel('Search').fill('LINE 45678')
  // Itself, and 456780 to 456789.
  await count.filter({ hasText: /^11 of 90000\d lines$/ }).waitFor()
  expect((await log.locator('.line .text').allTextContents()).at(-1)).toBe('line 456789')
  expect(errors).toEqual([])
})
