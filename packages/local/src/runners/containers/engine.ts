import { spawn, type ChildProcessByStdio } from 'node:child_process'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { EngineError, explainFailure } from './engine-error.js'

export interface EngineFacts {
  name: 'podman' | 'docker'
  /** Of the machine where containers run. */
  cpu: number
  /** GB. */
  memory: number
  /** The user in containers, `UID:GID`, who is this process's user outside of them. */
  user: string
}

interface CallOptions {
  /** Besides those of this process. */
  variables?: Readonly<Record<string, string>>
  /** In which the command runs. @default that of this process */
  directory?: string | undefined
}

/** A container engine, by its command line. Its commands have sessions of their own: Ctrl-C in a terminal does not reach them. */
export class Engine implements EngineFacts {
  readonly name: EngineFacts['name']
  readonly cpu: number
  readonly memory: number
  readonly user: string
  /** Whether containers get a first process that passes signals on. */
  hasInit = true

  constructor({ name, cpu, memory, user }: EngineFacts) {
    this.name = name
    this.cpu = cpu
    this.memory = memory
    this.user = user
  }

  /**
   * Runs a command to its end.
   * @returns what it printed
   * @throws {EngineError}
   */
  async call(parameters: readonly string[], options: CallOptions = {}): Promise<string> {
    const child = this.start(parameters, options)
    const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), endOf(child)])
    if (exitCode === 0) return stdout.trim()
    throw new EngineError(explainFailure(stderr) || `${this.name} ${parameters[0]} failed with code ${exitCode}`)
  }

  start(parameters: readonly string[], { variables, directory }: CallOptions = {}): ChildProcessByStdio<null, Readable, Readable> {
    const env = { ...process.env, ...variables }
    return spawn(this.name, parameters, { env, cwd: directory, stdio: ['ignore', 'pipe', 'pipe'], detached: true, windowsHide: true })
  }

  /** Kills and removes a container, if there is one. @throws {EngineError} */
  async remove(container: string): Promise<void> {
    try {
      await this.call(this.#removal(container))
    } catch (error) {
      if (!/no such container|no container with/i.test((error as Error).message)) throw error
    }
  }

  /** Removes a container without waiting, for a process that is about to end. */
  removeLater(container: string): void {
    const child = spawn(this.name, this.#removal(container), { stdio: 'ignore', detached: true, windowsHide: true })
    child.on('error', () => {})
    child.unref()
  }

  #removal(container: string): string[] {
    // docker kills at once; podman would wait for ten seconds.
    return ['rm', '--force', '--volumes', ...(this.name === 'podman' ? ['--time', '0'] : []), container]
  }
}

/** Waits for the end of a command. @returns its exit code, `null` if a signal ended it @throws {EngineError} if it could not be started */
export function endOf(child: ReturnType<Engine['start']>): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new EngineError(error.message, { cause: error })))
    child.once('close', resolve)
  })
}
