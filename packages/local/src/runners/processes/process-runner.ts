import { mkdirSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { basename, join } from 'node:path'
import { findCommand } from '../../task/interpreter.js'
import { AttemptProcesses } from '../attempt-processes.js'
import { CommandCache } from '../command-cache.js'
import { listGpus } from '../gpus.js'
import { endLeftBehind, findBatches } from '../left-behind.js'
import { LocalAttempts, STOPPED, type Stop } from '../local-attempts.js'
import { PipePool } from './output-pipes.js'
import { socketOutput } from './program-output.js'
import { runProcess } from './run-process.js'
import type { AttemptEnding, Batch, Capabilities, Runner } from '../runner.js'
import { Spawner } from './spawner.js'

export interface ProcessRunnerOptions {
  /** Absolute path of the directory that has those of all attempts. */
  root: string
  /** Attempts that run at once. @default the cores that this process may use */
  concurrency?: number | undefined
}

const GIGABYTE = 2 ** 30

/** Runs attempts as processes of this machine. They are no sandbox: they may do whatever this process may. */
export function createProcessRunner(options: ProcessRunnerOptions): Runner {
  return new ProcessRunner(options)
}

class ProcessRunner implements Runner {
  readonly name = 'process'
  readonly survivesRestart = false
  readonly #root: string
  readonly #concurrency: number
  readonly #processes: AttemptProcesses
  readonly #pipes: PipePool
  readonly #spawner = new Spawner()
  readonly #commands = new CommandCache(({ directory, entrypoint }) => findCommand({ name: entrypoint, directory }, process.env['PATH']))
  readonly #attempts: LocalAttempts

  constructor({ root, concurrency = availableParallelism() }: ProcessRunnerOptions) {
    this.#root = root
    this.#concurrency = concurrency
    this.#processes = new AttemptProcesses(root)
    this.#pipes = new PipePool(join(root, 'pipes'))
    this.#attempts = new LocalAttempts(concurrency, (batch, index, stop) => this.#run(batch, index, stop))
    mkdirSync(root, { recursive: true, mode: 0o700 })
  }

  async capabilities(): Promise<Capabilities> {
    return {
      images: false,
      concurrency: this.#concurrency,
      cpu: availableParallelism(),
      memory: totalmem() / GIGABYTE,
      gpu: await listGpus(),
      maxBatch: Infinity,
    }
  }

  async submit(batch: Batch): Promise<void> {
    this.#attempts.submit(batch)
    if (this.#pipes.isAvailable) this.#spawner.prepare()
  }

  /** Also those of which an earlier run of the platform has left something. */
  async list(): Promise<string[]> {
    return [...new Set([...this.#attempts.batchIds(), ...(await findBatches(this.#root, this.#processes))])]
  }

  async cancel(batchId: string, indices?: readonly number[]): Promise<void> {
    await this.#attempts.cancel(batchId, indices)
    if (!this.#attempts.has(batchId)) await endLeftBehind(this.#root, batchId, this.#processes)
  }

  async purge(batchId: string): Promise<void> {
    this.#attempts.purge(batchId)
  }

  async close(grace: number): Promise<void> {
    await this.#attempts.close(grace)
    this.#pipes.close()
    await this.#spawner.close()
  }

  async #run({ host, code, timeout }: Batch, index: number, { signal, grace, mayStart }: Stop): Promise<AttemptEnding> {
    const workspace = await host.open(index)
    const command = await this.#commands.find(code)
    if (!mayStart()) return STOPPED
    return runProcess({
      command,
      directory: code.directory,
      workspace,
      timeout,
      signal,
      spawner: this.#spawner,
      output: (await this.#pipes.open()) ?? socketOutput(),
      grace,
      onStart: () => host.started(index, ''),
      onOutput: (stream, piece) => host.output(index, stream, piece),
      endOthers: () => this.#processes.kill(basename(workspace.directory)),
    })
  }
}
