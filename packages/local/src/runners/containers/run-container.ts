import { constants } from 'node:os'
import { atExit } from 'bytenite-uploader/internal/processes'
import type { ContainerDescription } from './container-arguments.js'
import { createContainer, lacksInit } from './create-container.js'
import type { Engine } from './engine.js'
import { EngineError, explainFailure } from './engine-error.js'
import { STOPPED, type Stop } from '../local-attempts.js'
import { RunnerError } from '../runner-error.js'
import { RunningContainer } from './running-container.js'
import type { AttemptEnding } from '../runner.js'

export interface ContainerOptions {
  engine: Engine
  container: ContainerDescription
  /** Variables of the engine's commands, by which these are found. */
  marker: Readonly<Record<string, string>>
  /** Milliseconds. */
  timeout: number | undefined
  stop: Stop
  onStart: () => void
  onOutput: (stream: 'stdout' | 'stderr', piece: Buffer) => void
  /** Told of a container that has ended, but could not be removed. */
  onWarning: (message: string) => void
}

/** Node has no longer timers. */
const MAX_TIMEOUT = 2 ** 31 - 1

/**
 * Runs a container to its end. Then it is removed, and all its output was passed on.
 * @throws {RunnerError} if it could never be started
 * @throws {EngineError} if the engine fails, which says nothing about the program
 */
export async function runContainer(options: ContainerOptions): Promise<AttemptEnding> {
  const { engine, container, marker, stop, onWarning } = options
  const withdraw = atExit(() => engine.removeLater(container.name))
  try {
    await createContainer(engine, container, marker)
    if (!stop.mayStart()) return STOPPED
    return await startContainer(options)
  } finally {
    await engine.remove(container.name).catch((error: Error) => onWarning(`The container ${container.name} is left: ${error.message}`))
    withdraw()
  }
}

async function startContainer({ engine, container, marker, timeout, stop, onStart, onOutput }: ContainerOptions): Promise<AttemptEnding> {
  let isTimedOut = false
  onStart()
  // Podman's watcher leaves a note in its working directory when memory runs out.
  const command = { variables: marker, directory: container.workspace.directory }
  const running = new RunningContainer(engine, container.name, command, onOutput)
  const timeUp = (): void => {
    isTimedOut = true
    running.stop(0)
  }
  let isStopped = false
  const stopNow = (): void => {
    isStopped = true
    running.stop(stop.grace())
  }
  const timer = timeout === undefined ? undefined : setTimeout(timeUp, Math.min(timeout, MAX_TIMEOUT))
  stop.signal.addEventListener('abort', stopNow)
  try {
    const state = await running.end()
    if (isTimedOut) return { type: 'timed out' }
    if (isStopped) return STOPPED
    if (state === undefined) return { type: 'exited', exitCode: null, signal: 'SIGKILL' }
    if (state.StartedAt.startsWith('0001-')) throw notStarted(engine, state.Error || explainFailure(running.errors))
    if (state.ExitCode !== 0) requireProgram(container, running.errors)
    return endingOf(state.ExitCode)
  } finally {
    clearTimeout(timer)
    stop.signal.removeEventListener('abort', stopNow)
  }
}

function notStarted(engine: Engine, reason: string): EngineError {
  lacksInit(engine, reason)
  return new EngineError(reason)
}

/** What the first process of a container says, and nothing else is said, if it cannot start the program. */
const INIT_FAILURE = /^(?:ERROR \(catatonit:\d+\): failed to exec pid1|\[FATAL tini \(\d+\)\] exec .* failed): (.*)\n$/

/** @throws {RunnerError} if the program that runs the entrypoint is not in the image */
function requireProgram({ code: { entrypoint, image } }: ContainerDescription, errors: string): void {
  const reason = INIT_FAILURE.exec(errors)?.[1]
  if (reason === undefined) return
  throw new RunnerError(`Cannot start ${entrypoint}: ${reason}. The program that runs it has to be in the image ${image}.`)
}

/** Beyond this, an exit code tells of a signal. */
const SIGNALS = 128

function endingOf(exitCode: number): AttemptEnding {
  const [signal] = Object.entries(constants.signals).find(([, number]) => number === exitCode - SIGNALS) ?? []
  return signal === undefined ? { type: 'exited', exitCode, signal: null } : { type: 'exited', exitCode: null, signal }
}
