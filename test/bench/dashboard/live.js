import { setTimeout as sleep } from 'node:timers/promises'
import { median } from '../statistics.js'
import { openPage, paintedAfter, until } from './measured-page.js'

/** @import { Browser } from 'playwright-core' */
/** @import { Platform } from '../jobs/platform.js' */

/** Seconds of each turn. */
const TURN = 10

/**
 * @typedef {object} Live
 * @property {number} closed share of a core that the platform takes
 * @property {number} open the same, with the page of the job open
 * @property {number} rate tasks that ended in a second
 * @property {number[]} keys milliseconds of key presses on the grid
 * @property {number} refreshes of the page in a turn
 */

/**
 * What the open page of a job costs the platform while tasks end, 100 a second.
 * @param {Platform} platform
 * @param {Browser} browser
 * @param {{ tasks: number, seconds: number }} options for how long it is watched; half of that with the page
 * @returns {Promise<Live>}
 */
export async function measureLive(platform, browser, { tasks, seconds }) {
  const id = await platform.submit({ app: 'paced', partitioner: 'split', params: { partitioner: tasks } })
  while ((await platform.client.jobs.get(id)).state !== 'JOB_STATE_PARTITIONED') await sleep(50)
  const page = await openPage(browser, platform.apiUrl)
  const url = `${new URL(platform.apiUrl).origin}/jobs/${id}`
  await page.addInitScript("document.addEventListener('refreshed', () => { globalThis.refreshes = (globalThis.refreshes ?? 0) + 1 })")
  const share = async () => {
    const [before, begin] = [await platform.cpu(), performance.now()]
    await sleep(TURN * 1000)
    return ((await platform.cpu()) - before) / ((performance.now() - begin) / 1000)
  }
  const ended = async () => (await platform.client.jobs.get(id)).tasks?.completed ?? 0
  const [first, begin] = [await ended(), performance.now()]
  /** @type {{ closed: number[], open: number[], keys: number[], refreshes: number[] }} */
  const found = { closed: [], open: [], keys: [], refreshes: [] }
  for (let turn = 0; turn < seconds / TURN / 2; turn++) {
    await page.goto('about:blank')
    found.closed.push(await share())
    await page.goto(url)
    await until(page, 'globalThis.refreshes > 0')
    const before = Number(await page.evaluate('globalThis.refreshes'))
    found.open.push(await share())
    found.refreshes.push(Number(await page.evaluate('globalThis.refreshes')) - before)
    const press = "document.getElementById('task-cells').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }))"
    for (let key = 0; key < 50; key++) found.keys.push(await paintedAfter(page, press))
  }
  const rate = ((await ended()) - first) / ((performance.now() - begin) / 1000)
  await page.context().close()
  return { closed: median(found.closed), open: median(found.open), rate, keys: found.keys, refreshes: median(found.refreshes) }
}
