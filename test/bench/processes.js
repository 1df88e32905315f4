import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/** The processes that still run, by the ids of their groups: a contender may start others, and all end with the benchmark. */
const groups = new Set()

process.on('exit', () => {
  for (const group of groups) killGroup(group)
})
// Whoever stops the benchmark stops it as a whole, and gets back the exit code of a shell.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]))
}

/**
 * Starts a program in an environment of its own, so that a proxy or NODE_OPTIONS make no difference.
 * @param {string[]} command
 * @param {string} directory where it runs, and leaves its temporary files
 * @param {Record<string, string>} env
 */
export function start([program = '', ...parameters], directory, env = {}) {
  const child = spawn(program, parameters, {
    cwd: directory,
    env: { PATH: process.env['PATH'], TMPDIR: directory, LC_ALL: 'C', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  if (child.pid !== undefined) groups.add(child.pid)
  child.once('exit', () => groups.delete(child.pid))
  return child
}

/** @param {import('node:child_process').ChildProcess} child */
export function stop({ pid }) {
  if (groups.has(pid)) killGroup(/** @type {number} */ (pid))
}

/**
 * @typedef {object} Output
 * @property {number | null} exitCode
 * @property {string} stdout
 * @property {string} stderr
 */

/**
 * Runs a program to its end.
 * @param {string[]} command
 * @param {string} directory as in {@link start}
 * @param {Record<string, string>} [env]
 * @returns {Promise<Output>}
 */
export function run(command, directory, env) {
  return new Promise((resolve, reject) => {
    const child = start(command, directory, env)
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    child.once('error', reject)
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }))
  })
}

/** @param {number} group */
function killGroup(group) {
  try {
    process.kill(-group, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}
