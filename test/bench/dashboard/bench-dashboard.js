import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describeMachine } from '../environment.js'
import { atMost, megabytes, milliseconds } from '../goals.js'
import { Platform } from '../jobs/platform.js'
import { count, QUICK, reportGoals, table } from '../report.js'
import { measureArchive } from './archive.js'
import { measureBigJob } from './big-job.js'
import { measureLive } from './live.js'
import { measureLog } from './log.js'
import { firstPaint, medianOf, openPage, startBrowser } from './measured-page.js'

/** @import { Browser } from 'playwright-core' */
/** @import { BenchOptions } from '../bench.js' */
/** @import { Goal } from '../goals.js' */

const FULL = { rounds: 7, jobs: 1_000, tasks: 10_000, seconds: 60, lines: 1_000_000, archive: 1_000_000_000 }
const SMALL = { rounds: 3, jobs: 50, tasks: 3_000, seconds: 20, lines: 100_000, archive: 100_000_000 }
const MB = 1e6

const program = fileURLToPath(new URL('paced-platform.js', import.meta.url))
const scripts = new URL('../../../packages/local/dist/browser/', import.meta.url)

/**
 * @typedef {object} Setting
 * @property {Platform} platform
 * @property {Browser} browser
 * @property {string} directory
 * @property {typeof FULL} sizes
 */

/**
 * Looks at the dashboard in a real browser. Whatever goes wrong ends the benchmark.
 * @param {BenchOptions} options
 */
export async function benchDashboard({ quick, directory, print }) {
  const sizes = quick ? SMALL : FULL
  const browser = await startBrowser()
  try {
    print(await header(browser))
    if (quick) print(QUICK)
    /** @type {Goal[]} */
    const goals = []
    for (const part of [script, pages, bigJob, live, log, archive]) {
      console.error(part.name)
      const platform = await startPlatform(join(directory, part.name))
      const { section, goals: own } = await part({ platform, browser, directory: join(directory, part.name), sizes })
      await platform.stop()
      print(section)
      goals.push(...own)
    }
    print(reportGoals(goals))
  } finally {
    await browser.close()
  }
  return true
}

/** @param {Browser} browser */
async function header(browser) {
  return [
    '# Benchmark of the dashboard',
    'What the pages of the platform cost a browser, and what an open page costs the platform.',
    [...(await describeMachine()), `Chromium: ${browser.version()}`].map((line) => `- ${line}`).join('\n'),
    'The platform is a process of its own. Its attempts start no programs, so that a load costs it the same every time. The browser runs ' +
      'on the same machine. Times are from the start of a navigation, by the clock of the page; medians.',
  ].join('\n\n')
}

/** @param {string} directory */
async function startPlatform(directory) {
  const platform = await Platform.start(directory, { program })
  await platform.publish({ name: 'split', type: 'partitioner', entrypoint: 'split', code: '#!/bin/sh\n' })
  for (const name of ['nothing', 'paced', 'print']) await platform.publish({ name, entrypoint: name, code: '#!/bin/sh\n' })
  return platform
}

/** @returns {Promise<{ section: string, goals: Goal[] }>} */
async function script() {
  const names = readdirSync(scripts).filter((name) => name.endsWith('.js'))
  const size = names.reduce((sum, name) => sum + gzipSync(readFileSync(new URL(name, scripts))).length, 0)
  return {
    section: ['## Script', `${names.length} files, ${(size / 1000).toFixed(1)} kB in all, gzipped.`].join('\n\n'),
    goals: [atMost('script: at most 40 kB gzipped', size / 1000, 40, (value) => `${value.toFixed(1)} kB`)],
  }
}

/** @param {Setting} setting */
async function pages({ platform, browser, sizes: { jobs, rounds } }) {
  let last = ''
  for (let job = 0; job < jobs; job++) last = await platform.submit({ app: 'nothing', name: `job ${job}` })
  await platform.complete(last)
  const page = await openPage(browser, platform.apiUrl)
  const { origin } = new URL(platform.apiUrl)
  const list = await medianOf(rounds, () => firstPaint(page, `${origin}/jobs`))
  const job = await medianOf(rounds, () => firstPaint(page, `${origin}/jobs/${last}`))
  await page.context().close()
  return {
    section: [
      `## First paint (${rounds} loads)`,
      table(
        ['page', 'first paint'],
        [
          [`the list of ${count(jobs)} jobs`, milliseconds(list)],
          ['a job', milliseconds(job)],
        ],
      ),
    ].join('\n\n'),
    goals: [
      atMost(`first paint of the list of ${count(jobs)} jobs: at most 300 ms`, list, 300, milliseconds),
      atMost('first paint of a job: at most 300 ms', job, 300, milliseconds),
    ],
  }
}

/** @param {Setting} setting */
async function bigJob({ platform, browser, sizes: { tasks, rounds } }) {
  const { paint, usable, key, server, size } = await measureBigJob(platform, browser, { tasks, rounds })
  return {
    section: [
      `## The page of a job with ${count(tasks)} tasks (${rounds} loads)`,
      table(
        ['first paint', 'a key works on the grid', 'a further key press', 'CPU of the platform per page', 'size of the page'],
        [[milliseconds(paint), milliseconds(usable), milliseconds(key), milliseconds(server), `${(size / 1000).toFixed(0)} kB`]],
      ),
    ].join('\n\n'),
    goals: [atMost(`a job of ${count(tasks)} tasks: usable in 1 s`, usable, 1000, milliseconds)],
  }
}

/** @param {Setting} setting */
async function live({ platform, browser, sizes: { tasks, seconds } }) {
  const { closed, open, rate, keys, refreshes } = await measureLive(platform, browser, { tasks, seconds })
  const share = (/** @type {number} */ value) => `${(value * 100).toFixed(1)} %`
  return {
    section: [
      `## A job of ${count(tasks)} tasks runs, with its page open`,
      table(
        [
          'tasks a second',
          'CPU of the platform without the page',
          'with it',
          'refreshes in 10 s',
          'slowest of the key presses on the grid',
        ],
        [[rate.toFixed(0), share(closed), share(open), refreshes.toFixed(1), milliseconds(Math.max(...keys))]],
      ),
      'CPU in shares of one core. The page is opened and closed in turns, in the same job.',
    ].join('\n\n'),
    goals: [
      atMost('an open page costs the platform at most 10 % of a core', (open - closed) * 100, 10, (value) => `${value.toFixed(1)} %`),
    ],
  }
}

/** @param {Setting} setting */
async function log({ platform, browser, sizes: { lines } }) {
  const result = await measureLog(platform, browser, lines)
  return {
    section: [
      `## A log of ${count(lines)} lines`,
      table(
        [
          'first paint',
          'first lines of all',
          'all lines',
          'longest pause meanwhile',
          'memory of the page',
          'RSS of the platform: before',
          'most',
        ],
        [
          [
            milliseconds(result.paint),
            milliseconds(result.first),
            `${(result.all / 1000).toFixed(1)} s`,
            milliseconds(result.longest),
            megabytes(result.heap / MB),
            megabytes(result.before / MB),
            megabytes(result.peak / MB),
          ],
        ],
      ),
      table(
        ['', 'until painted', 'longest pause'],
        [
          ['to scroll, the slowest of 20', milliseconds(Math.max(...result.scrolls)), '–'],
          ['to search, all lines', milliseconds(result.search), milliseconds(result.searchPause)],
        ],
      ),
    ].join('\n\n'),
    goals: [
      atMost(`a log of ${count(lines)} lines: first paint in 300 ms`, result.paint, 300, milliseconds),
      atMost(`a log of ${count(lines)} lines: no pause over 100 ms while it is read`, result.longest, 100, milliseconds),
      atMost(`a log of ${count(lines)} lines: no pause over 100 ms while it is searched`, result.searchPause, 100, milliseconds),
    ],
  }
}

/** @param {Setting} setting */
async function archive({ platform, browser, directory, sizes: { archive: size } }) {
  const { paint, whole } = await measureArchive(platform, browser, {
    size,
    directory,
    restart: () => Platform.start(directory, { program }),
  })
  return {
    section: [
      `## The page of an app of ${count(size / MB)} MB`,
      table(['first paint', 'all of the page'], [[milliseconds(paint), milliseconds(whole)]]),
      'Loaded once after each start of the platform, which then knows nothing of the archive.',
    ].join('\n\n'),
    goals: [atMost(`an app of ${count(size / MB)} MB: first paint in 300 ms`, paint, 300, milliseconds)],
  }
}
