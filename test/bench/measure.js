import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './processes.js'

/**
 * @typedef {object} Usage
 * @property {number} wall seconds, from before the process to after its end
 * @property {number} cpu seconds, of all its processes, in steps of 0.01
 * @property {number} peak bytes, of its largest process
 */

/**
 * Runs a command to its end, and measures it by GNU time: Node does not say what a child used, and a child of Node would
 * begin with the memory of the process that it was forked from.
 * @param {string[]} command
 * @param {string} directory where it runs
 * @param {Record<string, string>} [env]
 * @returns {Promise<{ output: import('./processes.js').Output, usage: Usage }>}
 */
export async function measure(command, directory, env) {
  const file = join(directory, 'usage.txt')
  const begin = performance.now()
  const output = await run(['/usr/bin/time', '--format=%U %S %M', `--output=${file}`, ...command], directory, env)
  const wall = (performance.now() - begin) / 1000
  // Before the figures, there may be a line about how the command ended.
  const [user = NaN, system = NaN, kibibytes = NaN] = (await readFile(file, 'utf8')).trim().split('\n').at(-1)?.split(' ').map(Number) ?? []
  return { output, usage: { wall, cpu: user + system, peak: kibibytes * 1024 } }
}
