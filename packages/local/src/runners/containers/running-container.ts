import { within } from '../../utils/within.js'
import { endOf, type Engine } from './engine.js'

/** What `inspect` tells of a container, of which we read this. */
export interface ContainerState {
  Running: boolean
  ExitCode: number
  /** `0001-…` if it never started. */
  StartedAt: string
  /** Why it did not start, where the engine tells it here. */
  Error: string
}

interface StartCommand {
  variables: Readonly<Record<string, string>>
  directory: string
}

type OnOutput = (stream: 'stdout' | 'stderr', piece: Buffer) => void

/** Milliseconds that the engine's command has to end after its container was removed. */
const CLIENT_TIME = 10_000

/** Milliseconds between two tries to stop a container that is just starting. */
const PAUSE = 100

/** Characters of the end of the error output that are kept. */
const TAIL = 4096

/** A container that was created: starts it, passes on its output, and ends it. */
export class RunningContainer {
  readonly #engine: Engine
  readonly #name: string
  /** The engine's command that starts the container. It ends with it. */
  readonly #client: ReturnType<Engine['start']>
  readonly #attached: Promise<number | null>
  readonly #onOutput: OnOutput
  #stopping: Promise<void> | undefined
  #isOver = false
  #wasKilled = false
  #errors = ''

  /** @param command variables of the engine's command, and the directory that it may write to */
  constructor(engine: Engine, name: string, command: StartCommand, onOutput: OnOutput) {
    this.#engine = engine
    this.#name = name
    this.#onOutput = onOutput
    this.#client = engine.start(['start', '--attach', name], command)
    this.#attached = endOf(this.#client)
    this.#client.stdout.on('data', (piece: Buffer) => onOutput('stdout', piece))
    this.#client.stderr.on('data', (piece: Buffer) => {
      this.#errors = (this.#errors + String(piece)).slice(-TAIL)
      onOutput('stderr', piece)
    })
  }

  /** The end of its error output, with that of the engine if it could not be started. */
  get errors(): string {
    return this.#errors
  }

  /** Begins to end it, and kills it after `grace` milliseconds. */
  stop(grace: number): void {
    this.#stopping ??= this.#stop(grace)
    // Whoever waits for the end gets the error.
    this.#stopping.catch(() => {})
  }

  /**
   * Waits for its end.
   * @returns `undefined` if it was killed
   * @throws {EngineError} if the engine does not tell of it
   */
  async end(): Promise<ContainerState | undefined> {
    try {
      await this.#attached
      let state = await this.#state()
      if (state?.Running === true) this.#onOutput('stderr', Buffer.from(`The rest of the output was lost by ${this.#engine.name}.\n`))
      while (state?.Running === true) {
        await this.#engine.call(['wait', this.#name])
        state = await this.#state()
      }
      return state
    } catch (error) {
      if (!this.#wasKilled) throw error
      return undefined
    } finally {
      this.#isOver = true
      await this.#stopping
    }
  }

  async #state(): Promise<ContainerState | undefined> {
    if (this.#wasKilled) return undefined
    return JSON.parse(await this.#engine.call(['container', 'inspect', '--format', '{{json .State}}', this.#name])) as ContainerState
  }

  async #stop(grace: number): Promise<void> {
    const deadline = performance.now() + grace
    for (let left = grace; left > 0 && !this.#isOver; left = deadline - performance.now()) {
      await within(this.#attached, (await this.#ask()) ? left : PAUSE)
      if (this.#client.exitCode !== null) return
    }
    if (this.#isOver) return
    this.#wasKilled = true
    try {
      await this.#engine.remove(this.#name)
      await within(this.#attached, CLIENT_TIME)
    } finally {
      this.#client.kill('SIGKILL')
    }
  }

  /** Asks it to end. @returns whether that arrived: it may be just starting, or have ended */
  async #ask(): Promise<boolean> {
    try {
      await this.#engine.call(['kill', '--signal', 'TERM', this.#name])
      return true
    } catch {
      return false
    }
  }
}
