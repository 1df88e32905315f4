import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, constants, existsSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { STREAMS, type ProgramOutput, readToEnd } from './program-output.js'

/**
 * Gives programs real pipes for their output. Node's own are sockets, with which `echo > /dev/stderr` fails on Linux, although it
 * works in a terminal and in a container. Named pipes are used by one program after the other.
 */
export class PipePool {
  readonly #directory: string
  readonly #free: string[] = []
  #isUnavailable = process.platform !== 'linux'

  /** @param directory absolute path; created when it is needed */
  constructor(directory: string) {
    this.#directory = directory
  }

  /** Whether there are named pipes, as far as is known. */
  get isAvailable(): boolean {
    return !this.#isUnavailable
  }

  /** @returns `undefined` where there are no named pipes */
  async open(): Promise<ProgramOutput | undefined> {
    const name = this.#takeFree() ?? (await this.#create())
    if (name === undefined) return undefined
    const files = STREAMS.map((stream) => this.#fileOf(name, stream))
    const pipes = files.map(openPipe)
    const streams = pipes.map(({ output }) => output)
    const closeInputs = (): void => pipes.splice(0).forEach(({ input }) => closeSync(input))
    return {
      stdio: ['ignore', ...pipes.map(({ input }) => input)],
      pipes: files,
      start: () => {
        closeInputs()
        return streams
      },
      end: async () => {
        closeInputs()
        if (await readToEnd(streams)) this.#free.push(name)
        // Something may still write to them.
        else await Promise.all(files.map((file) => rm(file, { force: true })))
      },
    }
  }

  /** Removes all of them. None may be in use. */
  close(): void {
    this.#free.length = 0
    rmSync(this.#directory, { recursive: true, force: true })
  }

  /** Whoever cleans up temporary directories may have removed some. */
  #takeFree(): string | undefined {
    for (let name = this.#free.pop(); name !== undefined; name = this.#free.pop()) {
      const files = STREAMS.map((stream) => this.#fileOf(name as string, stream))
      if (files.every((file) => existsSync(file))) return name
    }
    return undefined
  }

  async #create(): Promise<string | undefined> {
    if (this.#isUnavailable) return undefined
    const name = randomBytes(6).toString('hex')
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
    try {
      await promisify(execFile)('mkfifo', ['-m', '600', ...STREAMS.map((stream) => this.#fileOf(name, stream))])
      return name
    } catch {
      // Sockets do for nearly all programs.
      this.#isUnavailable = true
      return undefined
    }
  }

  #fileOf(name: string, stream: string): string {
    return join(this.#directory, `${name}-${stream}`)
  }
}

/** An end that keeps the pipe open until the program has its own, and the other one, on which all arrives that is written. */
function openPipe(path: string): { input: number; output: Socket } {
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const input = openSync(path, constants.O_WRONLY)
  const output = new Socket({ fd: reading, readable: true, writable: false })
  return { input, output }
}
