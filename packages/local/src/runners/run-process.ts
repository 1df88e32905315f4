import { spawn, type ChildProcess } from 'node:child_process'
import { runAsGroup } from '../task/process-group.js'
import { systemVariables } from '../task/system-variables.js'
import { recordProcess } from './left-behind.js'
import { STOPPED } from './local-attempts.js'
import { STREAMS, type ProgramOutput } from './program-output.js'
import type { AttemptEnding, Workspace } from './runner.js'

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
  let isTimedOut = false
  const timeUp = (): void => {
    isTimedOut = true
    stop.abort()
  }
  const timer = timeout === undefined ? undefined : setTimeout(timeUp, Math.min(timeout, MAX_TIMEOUT))
  let isStopped = false
  let child: ChildProcess | undefined
  const start = (group: { detached: boolean }): ChildProcess => (child = startChild(options, group))
  try {
    await runAsGroup(start, { signal: stop.signal, grace })
  } catch (error) {
    if (!stop.signal.aborted) return unstarted(error as NodeJS.ErrnoException)
    isStopped = true
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', forward)
    if (child?.pid !== undefined) await endOthers()
    await output.end()
  }
  if (isStopped) return isTimedOut ? { type: 'timed out' } : STOPPED
  return { type: 'exited', exitCode: child?.exitCode ?? null, signal: child?.signalCode ?? null }
}

function startChild(
  { command: [file, ...parameters], directory, workspace, output, onStart, onOutput }: ProcessOptions,
  group: object,
): ChildProcess {
  const directories = Object.fromEntries(Object.entries(workspace.directories).map(([name, { path }]) => [name, path]))
  const env = { ...systemVariables(), ...directories, ...workspace.variables }
  const child = spawn(file, parameters, { ...group, cwd: directory, env, stdio: output.stdio })
  if (child.pid === undefined) return child
  recordProcess(workspace.directory, child.pid)
  for (const [index, stream] of output.start(child).entries()) {
    stream.on('data', (piece: Buffer) => onOutput(STREAMS[index] as (typeof STREAMS)[number], piece))
    // It closes, then, and there is no more output.
    stream.on('error', () => {})
  }
  onStart()
  return child
}

/** What the machine lacks at a time may be there for the next attempt. */
const PASSING = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM'])

function unstarted(error: NodeJS.ErrnoException): AttemptEnding {
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
