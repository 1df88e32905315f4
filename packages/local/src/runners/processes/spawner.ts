import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Ending, StartedProgram } from 'bytenite-uploader/internal/processes'
import { systemVariables } from '../../task/system-variables.js'
import { createDeferred, type Deferred } from '../../utils/deferred.js'
import { RunnerError } from '../runner-error.js'

export interface Program {
  file: string
  parameters: readonly string[]
  /** In which it runs. */
  directory: string
  env: Readonly<Record<string, string>>
  /** Named pipes for its standard output and error, which are read already. */
  outputs: readonly string[]
}

export interface SpawnRequest extends Program {
  id: number
}

export type SpawnerAnswer =
  { id: number; pid: number } | { id: number; error: { code: string | undefined; message: string } } | { id: number; ending: Ending }

interface Running {
  started: Deferred<StartedProgram>
  ended: Deferred<Ending>
}

/**
 * Starts programs from a small process of its own. To start a program, the system first copies the tables of the starting process's
 * memory, while that process stands still: with the memory of a platform, that takes longer than a short task. If this process ends,
 * in whatever way, the other one ends the programs.
 */
export class Spawner {
  readonly #running = new Map<number, Running>()
  #process: ChildProcess | undefined
  #lastId = 0
  #hasAnswered = false
  // Bun has no channels that let a process end.
  #isUsable: boolean = process.versions['bun'] === undefined

  /** Whether the process can be started, as far as is known. */
  get isUsable(): boolean {
    return this.#isUsable
  }

  /** Starts the process, so that the first program need not wait for it. */
  prepare(): void {
    if (this.#isUsable) this.#process ??= this.#fork()
  }

  /**
   * Starts a program as a process group of its own.
   * @throws {Error} with the system's `code`, such as `ENOENT`, if it cannot be started
   * @throws {RunnerError} if the starting process has ended, which also the program's end is told as
   */
  start(program: Program): Promise<StartedProgram> {
    const child = (this.#process ??= this.#fork())
    const id = ++this.#lastId
    const running: Running = { started: createDeferred(), ended: createDeferred() }
    this.#running.set(id, running)
    child.channel?.ref()
    // Whether it has arrived is told by the answer, or by the end of the process.
    if (child.connected) child.send({ ...program, id } satisfies SpawnRequest, () => {})
    return running.started.promise
  }

  /** Ends the process. Nothing that it started may run. */
  async close(): Promise<void> {
    const child = this.#process
    if (child === undefined) return
    const ended = once(child, 'exit')
    child.ref()
    if (child.connected) child.disconnect()
    await ended
  }

  #fork(): ChildProcess {
    const script = fileURLToPath(new URL('spawner-process.js', import.meta.url))
    // Package managers that keep packages in archives need NODE_OPTIONS to load the script.
    const { NODE_OPTIONS } = process.env
    const child = fork(script, {
      env: { ...systemVariables(), ...(NODE_OPTIONS !== undefined && { NODE_OPTIONS }) },
      execArgv: [],
      serialization: 'json',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    child.on('message', (answer: SpawnerAnswer) => this.#take(answer))
    child.once('error', () => this.#giveUp(child))
    child.once('exit', () => this.#giveUp(child))
    child.unref()
    child.channel?.unref()
    return child
  }

  #take(answer: SpawnerAnswer): void {
    this.#hasAnswered = true
    const running = this.#running.get(answer.id)
    if (running === undefined) return
    if ('pid' in answer) return running.started.resolve({ pid: answer.pid, ended: running.ended.promise })
    if ('error' in answer) running.started.reject(Object.assign(new Error(answer.error.message), { code: answer.error.code }))
    else running.ended.resolve(answer.ending)
    this.#running.delete(answer.id)
    if (this.#running.size === 0) this.#process?.channel?.unref()
  }

  #giveUp(child: ChildProcess): void {
    if (this.#process !== child) return
    this.#process = undefined
    this.#isUsable = this.#hasAnswered
    const error = new RunnerError('the process that starts programs has ended')
    for (const { started, ended } of this.#running.values()) {
      started.reject(error)
      ended.reject(error)
      // Nobody waits for the end of what has not started.
      ended.promise.catch(() => {})
    }
    this.#running.clear()
  }
}
