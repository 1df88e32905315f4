import { setTimeout as sleep } from 'node:timers/promises'
import { batchOfDirectory } from '../attempt-directory.js'
import type { AttemptProcesses } from '../attempt-processes.js'
import type { Engine } from './engine.js'
import { RunnerError } from '../runner-error.js'

const OWNER_LABEL = 'bytenite.owner'
const BATCH_LABEL = 'bytenite.batch'
const INDEX_LABEL = 'bytenite.index'

/** Milliseconds between two looks at commands of the engine that have not ended, and those that they are given in all. */
const PAUSE = 100
const PATIENCE = 60_000

/** The containers of one platform. They are found by their labels, and read by their names. */
export class OwnContainers {
  readonly #engine: Engine
  readonly #owner: string

  /** @param owner what tells the platform's containers from those of others: letters and digits */
  constructor(engine: Engine, owner: string) {
    this.#engine = engine
    this.#owner = owner
  }

  name(batchId: string, index: number): string {
    return `${this.#prefix}${batchId}-${index}`
  }

  labels(batchId: string, index: number): Record<string, string> {
    return { [OWNER_LABEL]: this.#owner, [BATCH_LABEL]: batchId, [INDEX_LABEL]: String(index) }
  }

  /** The batches that have containers, running or not. */
  async batches(): Promise<string[]> {
    const names = await this.#find(`${OWNER_LABEL}=${this.#owner}`)
    return names.map((name) => name.slice(this.#prefix.length, name.lastIndexOf('-')))
  }

  /**
   * Kills and removes the containers that an earlier run of the platform has left of a batch. Its commands of the engine, too,
   * may have survived it, and still create or start some.
   * @throws {RunnerError} if these commands do not end
   */
  async remove(batchId: string, commands: AttemptProcesses): Promise<void> {
    const deadline = performance.now() + PATIENCE
    for (;;) {
      const running = [...(await commands.find()).keys()].filter((name) => batchOfDirectory(name) === batchId)
      for (const name of await this.#find(`${BATCH_LABEL}=${batchId}`)) await this.#engine.remove(name)
      if (running.length === 0) return
      if (performance.now() > deadline) {
        throw new RunnerError(
          `Commands of ${this.#engine.name} from an earlier run of the platform do not end. Kill them, then start again.`,
        )
      }
      await sleep(PAUSE)
    }
  }

  get #prefix(): string {
    return `bytenite-${this.#owner}-`
  }

  async #find(label: string): Promise<string[]> {
    const filters = [`label=${OWNER_LABEL}=${this.#owner}`, `label=${label}`].flatMap((filter) => ['--filter', filter])
    const names = await this.#engine.call(['ps', '--all', ...filters, '--format', '{{.Names}}'])
    return names.split('\n').filter((name) => name.startsWith(this.#prefix))
  }
}
