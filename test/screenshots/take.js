// Takes the pictures of the dashboard that are in the README, from a platform on which real jobs have run.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { setScene } from './scene.js'

const pictures = fileURLToPath(new URL('../../packages/local/docs/', import.meta.url))
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

const scene = await setScene()
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] })
try {
  await mkdir(pictures, { recursive: true })
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1100, height: 760 }, timezoneId: 'UTC', locale: 'en-GB' })
    await page.goto(scene.origin)
    await page.getByLabel('API key').fill(scene.apiKey)
    await page.getByRole('button', { name: 'Log in' }).click()
    for (const [name, path, height, sign] of /** @type {const} */ ([
      ['jobs', '/jobs', 640, 'time[data-local]'],
      ['job', `/jobs/${scene.failedJob}`, 1240, '.lines.virtual .line'],
    ])) {
      await page.goto(scene.origin + path)
      // That its script has run.
      await page.locator(sign).first().waitFor()
      await page.setViewportSize({ width: 1100, height })
      await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`) })
    }
    await page.close()
  }
} finally {
  await browser.close()
  await scene.close()
}
