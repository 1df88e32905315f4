import { mkdirSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { basename, join } from 'node:path'
import { AttemptProcesses } from './attempt-processes.js'
import { CommandCache } from './command-cache.js'
import { FairQueue, type Turn } from './fair-queue.js'
import { listGpus } from './gpus.js'
import { PipePool } from './output-pipes.js'
import { socketOutput } from './program-output.js'
import { endLeftBehind, findBatches } from './left-behind.js'
import { runProcess } from './run-process.js'
import { RunnerError } from './runner-error.js'
import type { AttemptEnding, Batch, Capabilities, Runner } from './runner.js'

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

interface RunningAttempt extends Turn {
  stop: AbortController
  ended: Promise<void>
}

/** Why an attempt is stopped. */
type Stop = 'cancelled' | 'closed'

class ProcessRunner implements Runner {
  readonly name = 'process'
  readonly #root: string
  readonly #concurrency: number
  readonly #processes: AttemptProcesses
  readonly #pipes: PipePool
  readonly #commands = new CommandCache()
  readonly #queue = new FairQueue()
  readonly #batches = new Map<string, Batch>()
  readonly #running = new Set<RunningAttempt>()
  #isClosed = false
  #grace = 0

  constructor({ root, concurrency = availableParallelism() }: ProcessRunnerOptions) {
    this.#root = root
    this.#concurrency = concurrency
    this.#processes = new AttemptProcesses(root)
    this.#pipes = new PipePool(join(root, 'pipes'))
    mkdirSync(root, { recursive: true, mode: 0o700 })
  }

  async capabilities(): Promise<Capabilities> {
    return {
      images: false,
      concurrency: this.#concurrency,
      cpu: availableParallelism(),
      memory: totalmem() / GIGABYTE,
      gpu: await listGpus(),
      survivesRestart: false,
      maxBatch: Infinity,
    }
  }

  async submit(batch: Batch): Promise<void> {
    if (this.#isClosed) throw new RunnerError('The platform is stopping.')
    if (this.#batches.has(batch.id)) return
    this.#batches.set(batch.id, batch)
    this.#queue.add(batch)
    this.#fill()
  }

  /** Also those of which an earlier run of the platform has left something. */
  async list(): Promise<string[]> {
    return [...new Set([...this.#batches.keys(), ...(await findBatches(this.#root, this.#processes))])]
  }

  async cancel(batchId: string, indices?: readonly number[]): Promise<void> {
    this.#queue.forget(batchId, indices)
    const concerned = [...this.#running].filter(({ batch, index }) => batch.id === batchId && (indices?.includes(index) ?? true))
    for (const { stop } of concerned) stop.abort('cancelled' satisfies Stop)
    await Promise.all(concerned.map(({ ended }) => ended))
    if (!this.#batches.has(batchId)) await endLeftBehind(this.#root, batchId, this.#processes)
  }

  async purge(batchId: string): Promise<void> {
    this.#queue.remove(batchId)
    this.#batches.delete(batchId)
  }

  async close(grace: number): Promise<void> {
    this.#isClosed = true
    this.#grace = grace
    for (const { stop } of this.#running) stop.abort('closed' satisfies Stop)
    await Promise.all(Array.from(this.#running, ({ ended }) => ended))
  }

  #fill(): void {
    while (!this.#isClosed && this.#running.size < this.#concurrency) {
      const turn = this.#queue.take()
      if (turn === undefined) return
      this.#start(turn)
    }
  }

  #start(turn: Turn): void {
    const stop = new AbortController()
    const ended = this.#run(turn, stop.signal).finally(() => {
      this.#running.delete(attempt)
      this.#queue.done(turn)
      this.#fill()
    })
    const attempt: RunningAttempt = { ...turn, stop, ended }
    this.#running.add(attempt)
  }

  async #run({ batch, index }: Turn, signal: AbortSignal): Promise<void> {
    const ending = await this.#attempt(batch, index, signal)
    if ((signal.reason as Stop | undefined) !== 'cancelled') batch.host.ended(index, ending)
  }

  async #attempt(batch: Batch, index: number, signal: AbortSignal): Promise<AttemptEnding> {
    try {
      const workspace = await batch.host.open(index)
      const command = await this.#commands.find(batch.code)
      if (signal.aborted) return { type: 'lost', reason: 'the platform was stopping' }
      return await runProcess({
        command,
        directory: batch.code.directory,
        workspace,
        timeout: batch.timeout,
        signal,
        output: (await this.#pipes.open()) ?? socketOutput(),
        grace: () => (signal.reason === 'closed' ? this.#grace : 0),
        onStart: () => batch.host.started(index, ''),
        onOutput: (stream, piece) => batch.host.output(index, stream, piece),
        endOthers: () => this.#processes.kill(basename(workspace.directory)),
      })
    } catch (error) {
      return { type: 'unstartable', reason: (error as Error).message }
    }
  }
}
