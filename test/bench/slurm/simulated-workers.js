import { randomBytes } from 'node:crypto'
import { pack } from 'tar-stream'
import { Client } from 'undici'

/** @import { ClaimedAttempt, ClaimRequest, ReportRequest } from '../../../packages/local/dist/runners/workers/protocol.js' */
/** @import { Submission } from './stub-cluster.js' */

/**
 * Workers in this process. They say to the platform what real ones would say of a task that takes no time, and run nothing. A
 * partitioner writes as many chunks as is wanted.
 */
export class SimulatedWorkers {
  requests = 0
  attempts = 0
  #chunks
  #afterAttempt
  #onEnd
  /** Those that do something now, or may. */
  #busy = 0
  #onIdle = () => {}
  /** @type {Promise<void> | undefined} */
  #pause
  /** @type {Error | undefined} */
  failure

  /**
   * @param {object} options
   * @param {number} options.chunks
   * @param {() => void} options.afterAttempt
   * @param {(id: string) => void} options.onEnd told of each worker that ends
   */
  constructor({ chunks, afterAttempt, onEnd }) {
    this.#chunks = chunks
    this.#afterAttempt = afterAttempt
    this.#onEnd = onEnd
  }

  /** Starts the elements of an array. @param {Submission} submission */
  start({ id, count, settings }) {
    for (let index = 0; index < count; index++) {
      const worker = `${id}_${index}`
      void this.#work(worker, settings)
        .catch((error) => (this.failure ??= error))
        .finally(() => this.#onEnd(worker))
    }
  }

  /**
   * Lets no attempt begin, and waits until none runs.
   * @returns {Promise<() => void>} goes on
   */
  async pause() {
    /** @type {() => void} */
    let goOn = () => {}
    this.#pause = new Promise((resolve) => (goOn = resolve))
    if (this.#busy > 0) await new Promise((resolve) => (this.#onIdle = () => resolve(undefined)))
    return () => {
      this.#pause = undefined
      goOn()
    }
  }

  /**
   * @param {string} id
   * @param {Submission['settings']} settings
   */
  async #work(id, settings) {
    const { origin, pathname } = new URL(settings.url)
    const client = new Client(origin)
    const worker = randomBytes(8).toString('base64url')
    /**
     * @param {string} path
     * @param {string} secret
     * @param {object} body
     */
    const send = async (path, secret, body) => {
      this.requests++
      const isJson = !(body instanceof Buffer) && !(Symbol.asyncIterator in body)
      const response = await client.request({
        method: 'POST',
        path: `${pathname}${settings.batch}/${path}`,
        headers: { authorization: `Bearer ${secret}`, ...(isJson && { 'content-type': 'application/json' }) },
        body: isJson ? JSON.stringify(body) : /** @type {Buffer} */ (body),
      })
      const text = await response.body.text()
      if (![200, 204, 410].includes(response.statusCode)) throw new Error(`${path}: ${response.statusCode} ${text}`)
      return { status: response.statusCode, text }
    }
    for (let isFirst = true; ; isFirst = false) {
      await this.#pause
      this.#busy++
      try {
        /** @type {ClaimRequest} */
        const request = {
          worker,
          claim: randomBytes(8).toString('base64url'),
          id,
          node: `node${id.split('_')[1]}`,
          scratch: '/tmp/scratch',
        }
        const { status, text } = await send('claim', settings.secret, request)
        if (status !== 200) break
        /** @type {ClaimedAttempt} */
        const { index, token, outputs } = JSON.parse(text)
        if (isFirst) await send('code', settings.secret, {})
        await send(`${index}/input`, token, {})
        /** @type {ReportRequest} */
        const report = { number: 1, isStarted: true, output: [] }
        await send(`${index}/report`, token, report)
        const ending = encodeURIComponent(JSON.stringify({ type: 'exited', exitCode: 0, signal: null }))
        await send(`${index}/end?ending=${ending}`, token, outputs.includes('chunks') ? chunks(this.#chunks) : result)
        this.attempts++
        this.#afterAttempt()
      } finally {
        this.#busy--
        if (this.#busy === 0) this.#onIdle()
      }
    }
    await send('bye', settings.secret, { worker })
    await client.close()
  }
}

/** What each task has as its result. */
const result = await archiveOf(['results/out.txt'])

/** @param {string[]} names */
async function archiveOf(names) {
  const pieces = []
  for await (const piece of archive(names)) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** @param {number} count */
function chunks(count) {
  return archive(Array.from({ length: count }, (_, chunk) => `chunks/data_${chunk}.bin`))
}

/**
 * @param {string[]} names
 * @returns {AsyncIterable<Buffer>}
 */
function archive(names) {
  const tar = pack()
  const write = async () => {
    for (const name of names) await new Promise((resolve) => tar.entry({ name }, 'content\n', resolve))
    tar.finalize()
  }
  write().catch((error) => tar.destroy(error))
  return /** @type {AsyncIterable<Buffer>} */ (tar)
}
