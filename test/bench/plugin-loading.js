import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './processes.js'
import { median } from './statistics.js'

const ROUNDS = 11
const script = fileURLToPath(new URL('load-plugin.js', import.meta.url))

/**
 * @typedef {object} PluginLoading
 * @property {number} milliseconds the median of fresh processes, without their own start
 * @property {string[]} modules URLs of all modules that were loaded
 */

/**
 * What it costs to load the Vite plugin.
 * @param {string} directory
 * @returns {Promise<PluginLoading>}
 */
export async function measurePluginLoading(directory) {
  const times = []
  for (let round = 0; round < ROUNDS; round++) times.push(Number(await loadPlugin(directory)))
  return { milliseconds: median(times), modules: await loadedModules(directory) }
}

/**
 * @param {string} directory
 * @param {Record<string, string>} [env]
 */
async function loadPlugin(directory, env) {
  const { exitCode, stdout, stderr } = await run([process.execPath, script], directory, env)
  if (exitCode !== 0) throw new Error(`The plugin could not be loaded:\n${stderr}`)
  return stdout
}

/**
 * Node's coverage lists every module, of either kind; in a process of its own, because it takes time.
 * @param {string} directory
 */
async function loadedModules(directory) {
  const coverage = join(directory, 'coverage')
  await mkdir(coverage)
  await loadPlugin(directory, { NODE_V8_COVERAGE: coverage })
  const files = await readdir(coverage)
  const reports = await Promise.all(files.map(async (file) => JSON.parse(await readFile(join(coverage, file), 'utf8'))))
  return reports.flatMap(({ result }) => result.map((/** @type {{ url: string }} */ { url }) => url))
}
