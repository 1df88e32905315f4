import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** @import { Batch, Runner, Workspace } from '../../../packages/local/dist/runners/runner.js' */

/** Milliseconds from the end of one paced task to that of the next. */
const PACE = 10

/**
 * @typedef {object} Attempt
 * @property {Workspace} workspace
 * @property {(text: string) => void} print
 */

/**
 * What attempts do, by the name of the entrypoint. `paced` is a task that ends at its time.
 * @type {Readonly<Record<string, (attempt: Attempt) => Promise<void>>>}
 */
const PROGRAMS = {
  async split({ workspace: { directories, variables } }) {
    const chunks = directories['CHUNKS_DIR']?.path ?? ''
    for (let chunk = 0; chunk < Number(variables['PARTITIONER_PARAMS']); chunk++) await writeFile(join(chunks, `data_${chunk}.bin`), '')
  },
  async nothing() {},
  async paced() {},
  async print({ workspace: { variables }, print }) {
    const lines = Number(variables['APP_PARAMS'])
    for (let line = 0; line < lines;) {
      let text = ''
      for (let end = Math.min(lines, line + 1000); line < end; line++) text += `line ${line} of what a program prints here\n`
      print(text)
      await sleep(0)
    }
  },
}

/**
 * A place that starts nothing, so that a load costs the platform the same every time: 100 paced tasks a second, one after another.
 * @implements {Runner}
 */
export class PacedRunner {
  name = 'paced'
  survivesRestart = false
  /** @type {Map<string, Batch>} */
  #batches = new Map()

  async capabilities() {
    return { images: false, concurrency: 1, cpu: 2, memory: 4, gpu: [], maxBatch: Infinity }
  }

  /** @param {Batch} batch */
  async submit(batch) {
    if (this.#batches.has(batch.id)) return
    this.#batches.set(batch.id, batch)
    this.#run(batch).catch((error) => console.error(error))
  }

  /** @param {Batch} batch */
  async #run({ id, code, size, host }) {
    const entrypoint = basename(code.entrypoint)
    const begin = performance.now()
    for (let index = 0; index < size; index++) {
      if (!this.#batches.has(id)) return
      const workspace = await host.open(index)
      host.started(index, '')
      await PROGRAMS[entrypoint]?.({ workspace, print: (text) => host.output(index, 'stdout', Buffer.from(text)) })
      const wait = entrypoint === 'paced' ? begin + (index + 1) * PACE - performance.now() : 0
      if (wait > 0) await sleep(wait)
      if (this.#batches.has(id)) host.ended(index, { type: 'exited', exitCode: 0, signal: null })
    }
  }

  async list() {
    return [...this.#batches.keys()]
  }

  /** @param {string} batchId */
  async cancel(batchId) {
    this.#batches.delete(batchId)
  }

  /** @param {string} batchId */
  async purge(batchId) {
    this.#batches.delete(batchId)
  }

  async close() {
    this.#batches.clear()
  }
}
