import { setTimeout as sleep } from 'node:timers/promises'
import { firstPaint, openPage, paintedAfter, until } from './measured-page.js'

/** @import { Browser, Page } from 'playwright-core' */
/** @import { Platform } from '../jobs/platform.js' */

/**
 * @typedef {object} LogView
 * @property {number} paint milliseconds
 * @property {number} first milliseconds until lines are there that the script has fetched
 * @property {number} all milliseconds until all are
 * @property {number} longest milliseconds in which the page did nothing else, meanwhile
 * @property {number} heap bytes of the page with all lines
 * @property {number} before bytes of the platform
 * @property {number} peak bytes of the platform, the most that were seen
 * @property {number[]} scrolls milliseconds, each to another place
 * @property {number} search milliseconds until all lines were searched
 * @property {number} searchPause milliseconds in which the page did nothing else, meanwhile
 */

/** Runs in every page: the longest of its tasks. */
const NOTE_TASKS = `
  globalThis.longest = 0
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration)
  }).observe({ type: 'longtask', buffered: true })`

/**
 * The log of a task that printed very many lines.
 * @param {Platform} platform
 * @param {Browser} browser
 * @param {number} lines
 * @returns {Promise<LogView>}
 */
export async function measureLog(platform, browser, lines) {
  const id = await platform.submit({ app: 'print', params: { app: lines } })
  await platform.complete(id)
  const page = await openPage(browser, platform.apiUrl)
  await page.addInitScript(NOTE_TASKS)
  const url = `${new URL(platform.apiUrl).origin}/jobs/${id}/tasks/0`
  await firstPaint(page, url)
  await page.goto('about:blank')
  await sleep(1000)
  const before = await platform.memory()
  let peak = before
  const watch = setInterval(async () => void (peak = Math.max(peak, await platform.memory())), 100)
  const paint = await firstPaint(page, url)
  const first = await reached(page, 1)
  const all = await reached(page, lines)
  clearInterval(watch)
  const longest = Number(await page.evaluate('globalThis.longest'))
  /** @type {number[]} */
  const scrolls = []
  for (let place = 0; place < 20; place++) {
    const move = `const log = document.querySelector('.log'); log.scrollTop = log.scrollHeight * ${(place * 7) % 20} / 20`
    scrolls.push(await paintedAfter(page, move))
  }
  await page.evaluate('globalThis.longest = 0')
  const begin = performance.now()
  await page.getByLabel('Search').fill(`LINE ${lines - 1} `)
  await page.getByText(/^1 of \d+ lines$/).waitFor({ timeout: 60_000 })
  const search = performance.now() - begin
  await sleep(200)
  const searchPause = Number(await page.evaluate('globalThis.longest'))
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const heap = (await session.send('Runtime.getHeapUsage')).usedSize
  await page.context().close()
  return { paint, first, all, longest, heap, before, peak, scrolls, search, searchPause }
}

/**
 * @param {Page} page
 * @param {number} lines
 * @returns {Promise<number>} milliseconds since the start of the navigation
 */
function reached(page, lines) {
  return until(page, `parseInt(document.querySelector('[name="count"]')?.textContent) >= ${lines} && performance.now()`)
}
