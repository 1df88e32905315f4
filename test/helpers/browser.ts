import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { onTestFinished } from './current-test.ts'

const PLACES = [process.env['CHROMIUM'] ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The path of a browser on this machine; `undefined` if there is none. */
export const browserPath: string | undefined = PLACES.find((path) => path !== '' && existsSync(path))

/** Without those, it tries to reach its makers' servers. */
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
const QUIET = ['--disable-component-update', '--disable-sync', '--disable-features=Translate,OptimizationHints']

let browser: Promise<Browser> | undefined

/** Starts the browser, once for all tests of a file. */
function startBrowser(): Promise<Browser> {
  browser ??= chromium.launch({ ...(browserPath !== undefined && { executablePath: browserPath }), args: [...FLAGS, ...QUIET] })
  return browser
}

export async function stopBrowser(): Promise<void> {
  await (await browser)?.close()
  browser = undefined
}

/** A page of its own, without cookies. What it reports as an error fails the test. */
export async function openPage(
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<{ page: Page; context: BrowserContext; errors: string[] }> {
  const context = await (await startBrowser()).newContext(options)
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  return { page, context, errors }
}

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * What axe finds in a page, a line for each.
 * @param rules only these
 */
export async function findViolations(page: Page, rules?: string[]): Promise<string[]> {
  // Not as a script of the page, whose policy would refuse it.
  await page.evaluate(await axe)
  return page.evaluate(async (rules) => {
    interface Axe {
      run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
    }
    const { axe } = globalThis as unknown as { axe: Axe }
    const { violations } = await axe.run(rules === undefined ? {} : { runOnly: rules })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  }, rules)
}
