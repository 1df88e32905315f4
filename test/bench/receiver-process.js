import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { start, stop } from './processes.js'

const script = fileURLToPath(new URL('receiver/receiver.js', import.meta.url))

/**
 * @typedef {object} Receiver
 * @property {string} url of the API
 * @property {() => Promise<{ hash: string, bodySize: number } | null>} takeLast what arrived since it was last asked
 * @property {() => void} stop
 */

/**
 * Starts the receiver as a process of its own.
 * @param {string} directory where it runs
 * @param {string} [file] keeps the tar that arrived last
 * @returns {Promise<Receiver>}
 */
export async function startReceiver(directory, file) {
  // Threads that collect garbage would take their time from the contender.
  const child = start([process.execPath, '--single-threaded-gc', script, ...(file === undefined ? [] : [file])], directory)
  child.stderr.pipe(process.stderr)
  for await (const url of createInterface({ input: child.stdout })) {
    return {
      url,
      async takeLast() {
        const response = await fetch(`${url}/last`, { method: 'DELETE' })
        return /** @type {any} */ (await response.json())
      },
      stop: () => stop(child),
    }
  }
  throw new Error('The receiver did not start.')
}
