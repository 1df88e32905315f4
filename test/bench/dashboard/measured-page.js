import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { apiKey } from '../jobs/platform.js'
import { median } from '../statistics.js'

/** @import { Browser, Page } from 'playwright-core' */

const PLACES = [process.env['CHROMIUM'] ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
/** The last makes `measureUserAgentSpecificMemory` and the heap exact. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--enable-precise-memory-info',
]

export function startBrowser() {
  const executablePath = PLACES.find((path) => path !== '' && existsSync(path))
  if (executablePath === undefined) throw new Error('There is no Chromium here. Set CHROMIUM to its path.')
  return chromium.launch({ executablePath, args: FLAGS })
}

/**
 * A page that is logged in.
 * @param {Browser} browser
 * @param {string} apiUrl
 */
export async function openPage(browser, apiUrl) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  await page.goto(new URL(apiUrl).origin)
  await page.getByLabel('API key').fill(apiKey)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.waitForURL((url) => url.pathname === '/jobs')
  return page
}

/**
 * Milliseconds from the start of the navigation to the first paint with content.
 * @param {Page} page
 * @param {string} url
 * @returns {Promise<number>}
 */
export async function firstPaint(page, url) {
  await page.goto(url, { waitUntil: 'commit' })
  return until(page, "performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
}

/**
 * Waits until an expression is true in the page, as often as it is drawn. The page's policy would not let Playwright evaluate it there.
 * @param {Page} page
 * @param {string} expression
 * @returns {Promise<number>} its value
 */
export function until(page, expression) {
  return page.evaluate(`new Promise((resolve) => {
    const look = () => {
      const value = ${expression}
      if (value) resolve(value)
      else requestAnimationFrame(look)
    }
    look()
  })`)
}

/** Runs in every page: notes when a key press on the grid has worked and was painted. */
export const NOTE_USABLE = `
  globalThis.usable = undefined
  const tryKey = () => {
    const canvas = document.getElementById('task-cells')
    if (canvas?.style.width) {
      canvas.dispatchEvent(new KeyboardEvent('keydown', { key: 'End' }))
      if (canvas.getAttribute('aria-valuenow') === canvas.getAttribute('aria-valuemax')) {
        requestAnimationFrame(() => setTimeout(() => { globalThis.usable = performance.now() }))
        return
      }
    }
    requestAnimationFrame(tryKey)
  }
  tryKey()`

/**
 * Milliseconds from an action in the page until it was painted.
 * @param {Page} page
 * @param {string} action
 * @returns {Promise<number>}
 */
export function paintedAfter(page, action) {
  return page.evaluate(`new Promise((resolve) => {
    const begin = performance.now()
    ${action}
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begin)))
  })`)
}

/**
 * @param {number} rounds
 * @param {() => Promise<number>} measure
 */
export async function medianOf(rounds, measure) {
  /** @type {number[]} */
  const values = []
  // The first one warms up.
  await measure()
  for (let round = 0; round < rounds; round++) values.push(await measure())
  return median(values)
}
