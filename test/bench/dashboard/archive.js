import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { publish } from 'bytenite-uploader'
import { apiKey } from '../jobs/platform.js'
import { median } from '../statistics.js'
import { firstPaint, openPage } from './measured-page.js'

/** @import { Browser } from 'playwright-core' */
/** @import { Platform } from '../jobs/platform.js' */

const ROUNDS = 3
const FILES = 20

/**
 * The page of an app with a large archive, which the platform has not read before.
 * @param {Platform} platform
 * @param {Browser} browser
 * @param {{ size: number, directory: string, restart: () => Promise<Platform> }} options bytes of the archive, about
 * @returns {Promise<{ paint: number, whole: number }>} milliseconds
 */
export async function measureArchive(platform, browser, { size, directory, restart }) {
  const output = join(directory, 'large')
  await mkdir(output)
  for (let file = 0; file < FILES; file++) await writeFile(join(output, `${file}.bin`), Buffer.alloc(size / FILES, file))
  await writeFile(join(output, 'main.sh'), '#!/bin/sh\n', { mode: 0o755 })
  const manifest = { name: 'large', version: '1.0', entrypoint: 'main.sh', platformConfig: { container: 'any' } }
  const own = { apiUrl: platform.apiUrl, apiKey, env: {}, onWarning: () => {} }
  await publish({ directory: output, root: output, manifest, template: false, record: false, checks: false, ...own })
  /** @type {{ paint: number, whole: number }[]} */
  const found = []
  for (let round = 0; round < ROUNDS; round++) {
    const fresh = await restartAfter(platform, restart)
    const page = await openPage(browser, fresh.apiUrl)
    const paint = await firstPaint(page, `${new URL(fresh.apiUrl).origin}/apps/large`)
    await page.getByText(`${FILES + 2} files`).waitFor({ timeout: 60_000 })
    found.push({ paint, whole: Number(await page.evaluate('performance.now()')) })
    await page.context().close()
    platform = fresh
  }
  await platform.stop()
  return { paint: median(found.map(({ paint }) => paint)), whole: median(found.map(({ whole }) => whole)) }
}

/**
 * @param {Platform} platform
 * @param {() => Promise<Platform>} restart
 */
async function restartAfter(platform, restart) {
  await platform.stop()
  return restart()
}
