import { apiKey } from '../jobs/platform.js'
import { median } from '../statistics.js'
import { firstPaint, medianOf, NOTE_USABLE, openPage, paintedAfter, until } from './measured-page.js'

/** @import { Browser } from 'playwright-core' */
/** @import { Platform } from '../jobs/platform.js' */

/**
 * @typedef {object} BigJob
 * @property {number} paint milliseconds to the first paint
 * @property {number} usable milliseconds until a key press on the grid has worked
 * @property {number} key milliseconds that one more key press takes
 * @property {number} server milliseconds of CPU for one page
 * @property {number} size characters of the page
 */

/**
 * The page of a job with many tasks that have ended.
 * @param {Platform} platform
 * @param {Browser} browser
 * @param {{ tasks: number, rounds: number }} options
 * @returns {Promise<BigJob>}
 */
export async function measureBigJob(platform, browser, { tasks, rounds }) {
  const id = await platform.submit({ app: 'nothing', partitioner: 'split', params: { partitioner: tasks } })
  await platform.complete(id)
  const page = await openPage(browser, platform.apiUrl)
  await page.addInitScript(NOTE_USABLE)
  const url = `${new URL(platform.apiUrl).origin}/jobs/${id}`
  const paint = await medianOf(rounds, () => firstPaint(page, url))
  const usable = await medianOf(rounds, async () => {
    await page.goto(url, { waitUntil: 'commit' })
    return until(page, 'globalThis.usable')
  })
  const press = "document.getElementById('task-cells').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowUp' }))"
  /** @type {number[]} */
  const keys = []
  for (let round = 0; round < 20; round++) keys.push(await paintedAfter(page, press))
  await page.context().close()
  const cookie = await logIn(platform)
  let size = 0
  const before = await platform.cpu()
  for (let round = 0; round < 20; round++) size = (await (await fetch(url, { headers: { cookie, accept: 'text/html' } })).text()).length
  const server = ((await platform.cpu()) - before) * 50
  return { paint, usable, key: median(keys), server, size }
}

/** @param {Platform} platform */
async function logIn({ apiUrl }) {
  const { origin } = new URL(apiUrl)
  const response = await fetch(`${origin}/login`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ apiKey }).toString(),
    redirect: 'manual',
  })
  return response.headers.get('set-cookie')?.split(';')[0] ?? ''
}
