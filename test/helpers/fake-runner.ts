import { setTimeout as sleep } from 'node:timers/promises'
import { FairQueue, type Turn } from '../../packages/local/dist/runners/fair-queue.js'
import { RunnerError } from '../../packages/local/dist/runners/runner-error.js'
import type { AttemptEnding, Batch, Capabilities, Runner } from '../../packages/local/dist/runners/runner.js'
import { programs, variablesOf, type FakeAttempt } from './runner-programs.ts'

export interface FakeRunnerOptions extends Partial<Capabilities> {
  /** What an entrypoint does. @default one of the {@link programs} */
  run?: (entrypoint: string, attempt: FakeAttempt) => Promise<AttemptEnding>
}

interface Running extends Turn {
  stop: AbortController
  ended: Promise<void>
}

/** A place that starts nothing: programs are functions in this process. */
export function createFakeRunner({ run = runProgram, ...given }: FakeRunnerOptions = {}): Runner {
  const capabilities: Capabilities = {
    images: false,
    concurrency: 2,
    cpu: 2,
    memory: 4,
    gpu: [],
    maxBatch: Infinity,
    ...given,
  }
  const queue = new FairQueue()
  const batches = new Map<string, Batch>()
  const running = new Set<Running>()
  let isClosed = false

  const fill = (): void => {
    while (!isClosed && running.size < capabilities.concurrency) {
      const turn = queue.take()
      if (turn === undefined) return
      start(turn)
    }
  }
  const start = (turn: Turn): void => {
    const stop = new AbortController()
    const ended = attempt(turn, stop.signal).finally(() => {
      running.delete(item)
      queue.done(turn)
      fill()
    })
    const item: Running = { ...turn, stop, ended }
    running.add(item)
  }
  const attempt = async ({ batch, index }: Turn, signal: AbortSignal): Promise<void> => {
    const ending = await open(batch, index, signal)
    if (signal.reason !== 'cancelled') void batch.host.ended(index, ending)
  }
  const open = async ({ host, code, timeout }: Batch, index: number, signal: AbortSignal): Promise<AttemptEnding> => {
    let limit: AbortSignal | undefined
    try {
      const variables = variablesOf(await host.open(index))
      host.started(index, '')
      limit = timeout === undefined ? undefined : AbortSignal.timeout(timeout)
      const print: FakeAttempt['print'] = (stream, text) => host.output(index, stream, Buffer.from(text))
      const stop = limit === undefined ? signal : AbortSignal.any([signal, limit])
      const ending = await run(code.entrypoint, { variables, print, signal: stop })
      if (limit?.aborted === true) return { type: 'timed out' }
      return signal.aborted ? { type: 'lost', reason: 'the place was closed' } : ending
    } catch (error) {
      return { type: 'unstartable', reason: (error as Error).message }
    }
  }
  return {
    name: 'fake',
    survivesRestart: false,
    capabilities: async () => capabilities,
    async submit(batch) {
      if (isClosed) throw new RunnerError('The place is closed.')
      if (batches.has(batch.id)) return
      batches.set(batch.id, batch)
      queue.add(batch)
      fill()
    },
    list: async () => [...batches.keys()],
    async cancel(batchId, indices) {
      queue.forget(batchId, indices)
      const concerned = [...running].filter(({ batch, index }) => batch.id === batchId && (indices?.includes(index) ?? true))
      for (const { stop } of concerned) stop.abort('cancelled')
      await Promise.all(concerned.map(({ ended }) => ended))
    },
    async purge(batchId) {
      queue.remove(batchId)
      batches.delete(batchId)
    },
    async close(grace) {
      isClosed = true
      const ended = Promise.all(Array.from(running, ({ ended }) => ended))
      await Promise.race([ended, sleep(grace, undefined, { ref: false })])
      for (const { stop } of running) stop.abort(grace > 0 ? 'TERM' : 'KILL')
      await ended
    },
  }
}

function runProgram(entrypoint: string, attempt: FakeAttempt): Promise<AttemptEnding> {
  const program = programs[entrypoint as keyof typeof programs]
  if (program === undefined) throw new Error(`There is no program ${entrypoint}.`)
  return program.fake(attempt)
}
