import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { findInnerCommand } from '../../task/interpreter.js'
import { AttemptProcesses } from '../attempt-processes.js'
import { CommandCache } from '../command-cache.js'
import { INNER_CODE, type ContainerDescription } from './container-arguments.js'
import type { Engine } from './engine.js'
import { EngineError } from './engine-error.js'
import { listGpus } from '../gpus.js'
import { Images, type PullPolicy } from './images.js'
import { endLeftBehind, findBatches } from '../left-behind.js'
import { LocalAttempts, STOPPED, type Stop } from '../local-attempts.js'
import { OwnContainers } from './own-containers.js'
import { runContainer } from './run-container.js'
import type { AttemptEnding, Batch, Capabilities, Runner } from '../runner.js'

export interface ContainerRunnerOptions {
  /** Absolute path of the directory that has those of all attempts. Containers are told by it from those of other platforms. */
  root: string
  engine: Engine
  /** Attempts that run at once. @default the cores that this process may use */
  concurrency?: number | undefined
  /** @default 'missing' */
  pull?: PullPolicy | undefined
  /** Told of containers that could not be removed. */
  onWarning: (message: string) => void
}

/** Runs attempts in containers of this machine. */
export function createContainerRunner(options: ContainerRunnerOptions): Runner {
  return new ContainerRunner(options)
}

/** What an attempt has before its container is created. */
type Opened = Pick<ContainerDescription, 'workspace' | 'command' | 'image'>

/** Characters of the hash that stands for a platform's directory. */
const OWNER_LENGTH = 12

class ContainerRunner implements Runner {
  readonly name = 'container'
  readonly survivesRestart = false
  readonly #root: string
  readonly #engine: Engine
  readonly #concurrency: number
  readonly #containers: OwnContainers
  readonly #images: Images
  /** Of an earlier run of the platform, which may have used processes. */
  readonly #processes: AttemptProcesses
  /** The engine's commands. */
  readonly #clients: AttemptProcesses
  readonly #commands = new CommandCache(({ directory, entrypoint }) => findInnerCommand({ name: entrypoint, directory }, INNER_CODE))
  readonly #attempts: LocalAttempts
  readonly #onWarning: (message: string) => void

  constructor({ root, engine, concurrency = availableParallelism(), pull = 'missing', onWarning }: ContainerRunnerOptions) {
    this.#root = root
    this.#engine = engine
    this.#containers = new OwnContainers(engine, createHash('sha256').update(root).digest('hex').slice(0, OWNER_LENGTH))
    this.#concurrency = concurrency
    this.#images = new Images(engine, pull, root)
    this.#processes = new AttemptProcesses(root)
    this.#clients = new AttemptProcesses(this.#clientRoot)
    this.#attempts = new LocalAttempts(concurrency, (batch, index, stop) => this.#run(batch, index, stop))
    this.#onWarning = onWarning
    mkdirSync(root, { recursive: true, mode: 0o700 })
  }

  async capabilities(): Promise<Capabilities> {
    return {
      images: true,
      concurrency: this.#concurrency,
      cpu: this.#engine.cpu,
      memory: this.#engine.memory,
      gpu: await listGpus(),
      maxBatch: Infinity,
    }
  }

  async submit(batch: Batch): Promise<void> {
    this.#attempts.submit(batch)
  }

  /** Also those of which an earlier run of the platform has left something. */
  async list(): Promise<string[]> {
    const left = await Promise.all([
      findBatches(this.#root, this.#processes),
      findBatches(this.#root, this.#clients),
      this.#containers.batches(),
    ])
    return [...new Set([...this.#attempts.batchIds(), ...left.flat()])]
  }

  async cancel(batchId: string, indices?: readonly number[]): Promise<void> {
    await this.#attempts.cancel(batchId, indices)
    if (this.#attempts.has(batchId)) return
    await endLeftBehind(this.#root, batchId, this.#processes)
    await this.#containers.remove(batchId, this.#clients)
  }

  async purge(batchId: string): Promise<void> {
    this.#attempts.purge(batchId)
    this.#images.forget(batchId)
  }

  close(grace: number): Promise<void> {
    return this.#attempts.close(grace)
  }

  async #run(batch: Batch, index: number, stop: Stop): Promise<AttemptEnding> {
    try {
      const workspace = await batch.host.open(index)
      const [command, image] = await Promise.all([this.#commands.find(batch.code), this.#images.find(batch)])
      if (!stop.mayStart()) return STOPPED
      return await this.#runContainer(batch, index, stop, { workspace, command, image })
    } catch (error) {
      // An engine that fails says nothing about the task.
      if (error instanceof EngineError) return { type: 'lost', reason: `${this.#engine.name}: ${error.message}` }
      throw error
    }
  }

  #runContainer({ id, host, code, timeout }: Batch, index: number, stop: Stop, opened: Opened): Promise<AttemptEnding> {
    return runContainer({
      engine: this.#engine,
      container: { name: this.#containers.name(id, index), labels: this.#containers.labels(id, index), code, ...opened },
      marker: { BYTENITE_ATTEMPT: join(this.#clientRoot, `${id}.${index}`) },
      timeout,
      stop,
      onStart: () => host.started(index, ''),
      onOutput: (stream, piece) => host.output(index, stream, piece),
      onWarning: this.#onWarning,
    })
  }

  get #clientRoot(): string {
    return join(this.#root, 'engine')
  }
}
