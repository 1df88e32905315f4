import { spawn, type ChildProcess } from 'node:child_process'
import { runAsGroup, type Ending, type StartedProgram } from 'bytenite-uploader/internal/processes'
import { systemVariables } from '../../task/system-variables.js'
import { recordProcess } from '../left-behind.js'
import { STOPPED } from '../local-attempts.js'
import { STREAMS, type ProgramOutput } from './program-output.js'
import type { AttemptEnding, Workspace } from '../runner.js'
import { RunnerError } from '../runner-error.js'
import type { Program, Spawner } from './spawner.js'

export interface ProcessOptions {
  command: readonly [string, ...string[]]
  /** In which it runs. */
  directory: string
  workspace: Workspace
  /** Milliseconds. */
  timeout: number | undefined
  /** Ends it when it aborts. Then it has ended as `lost`. */
  signal: AbortSignal
  /** Milliseconds between SIGTERM and SIGKILL. */
  grace: () => number
  output: ProgramOutput
  spawner: Spawner
  onStart: () => void
  onOutput: (stream: 'stdout' | 'stderr', piece: Buffer) => void
  /** Ends the processes that have left the group. */
  endOthers: () => Promise<void>
}

/** Node has no longer timers. */
const MAX_TIMEOUT = 2 ** 31 - 1

/** Runs a program to its end. Then none of its processes is left, and all its output was passed on. */
export async function runProcess(options: ProcessOptions): Promise<AttemptEnding> {
  const { signal, timeout, grace, output, endOthers } = options
  const stop = new AbortController()
  const forward = (): void => stop.abort()
  signal.addEventListener('abort', forward)
  if (signal.aborted) forward()
  let isTimedOut = false
  const timeUp = (): void => {
    isTimedOut = true
    stop.abort()
  }
  const timer = timeout === undefined ? undefined : setTimeout(timeUp, Math.min(timeout, MAX_TIMEOUT))
  let ending: Ending | undefined
  try {
    ending = await runAsGroup((group) => start(options, group), { signal: stop.signal, grace })
  } catch (error) {
    if (!stop.signal.aborted) return unstarted(error as NodeJS.ErrnoException)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', forward)
    await endOthers()
    await output.end()
  }
  if (ending === undefined) return isTimedOut ? { type: 'timed out' } : STOPPED
  return { type: 'exited', ...ending }
}

function start(options: ProcessOptions, group: { detached: boolean }): ChildProcess | Promise<StartedProgram> {
  const { command, directory, workspace, output, spawner } = options
  const [file, ...parameters] = command
  const directories = Object.fromEntries(Object.entries(workspace.directories).map(([name, { path }]) => [name, path]))
  const env = { ...systemVariables(), ...directories, ...workspace.variables }
  const { stdio, pipes: outputs } = output
  if (outputs !== undefined && spawner.isUsable) return startElsewhere(options, { file, parameters, directory, env, outputs })
  const child = spawn(file, parameters, { ...group, cwd: directory, env, stdio })
  if (child.pid !== undefined) follow(options, child.pid, child)
  return child
}

async function startElsewhere(options: ProcessOptions, program: Program): Promise<StartedProgram> {
  const started = await options.spawner.start(program)
  follow(options, started.pid, undefined)
  return started
}

function follow({ workspace, output, onStart, onOutput }: ProcessOptions, pid: number, child: ChildProcess | undefined): void {
  recordProcess(workspace.directory, pid)
  for (const [index, stream] of output.start(child).entries()) {
    stream.on('data', (piece: Buffer) => onOutput(STREAMS[index] as (typeof STREAMS)[number], piece))
    // It closes, then, and there is no more output.
    stream.on('error', () => {})
  }
  onStart()
}

/** What the machine lacks at a time may be there for the next attempt. */
const PASSING = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM'])

function unstarted(error: NodeJS.ErrnoException): AttemptEnding {
  if (error instanceof RunnerError) return { type: 'lost', reason: error.message }
  const { code = '' } = error
  if (PASSING.has(code)) return { type: 'lost', reason: `the system could not start it (${code})` }
  const reason =
    code === 'EACCES'
      ? 'the system may not execute the entrypoint. Give the file the permission (chmod +x), and publish it again.'
      : code === 'E2BIG'
        ? 'its parameters and secrets are larger than the system lets an environment be.'
        : error.message
  return { type: 'unstartable', reason }
}
