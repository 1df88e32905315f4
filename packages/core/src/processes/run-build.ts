import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { x } from 'tinyexec'
import { ByteNiteError } from '../errors.js'
import { runAsGroup } from './process-group.js'

export interface BuildOptions {
  /** Variables that are added to those of this process. */
  env: Readonly<Record<string, string>>
  /** Ends the build, with all processes that it has started. */
  signal: AbortSignal
  /** Whether what it prints goes to the standard error, because the standard output is for a program. @default false */
  isStdoutTaken?: boolean | undefined
  /** Called with its process id, which is that of its group, when it has started. */
  onStart?: ((pid: number) => void) | undefined
  /** Called with what it prints, piece by piece. Its standard input is a pipe then, which stays open. @default it prints where this process does */
  onOutput?: ((stream: 'stdout' | 'stderr', piece: Buffer) => void) | undefined
}

/** Milliseconds that a build has to clean up after itself. */
const GRACE = 3_000

/** Milliseconds in which the rest of the output of a build comes that has ended. What left its group may hold on to it. */
const REST = 500

/**
 * Runs a project's build as a shell would: programs of its packages are found, and it has this process's terminal.
 * @throws {ByteNiteError} `BUILD_FAILED`
 * @throws the reason of `signal`
 */
export async function runBuild(
  [command, ...parameters]: readonly [string, ...string[]],
  { env, signal, isStdoutTaken = false, onStart = () => {}, onOutput }: BuildOptions,
): Promise<void> {
  const inherited = ['inherit', isStdoutTaken ? process.stderr : 'inherit', 'inherit'] as const
  const stdio = onOutput === undefined ? [...inherited] : 'pipe'
  let closed: Promise<unknown> = Promise.resolve()
  const start = (group: { detached: boolean }): ChildProcess => {
    const child = x(command, parameters, { nodeOptions: { ...group, stdio, env } }).process as ChildProcess
    if (child.pid !== undefined) onStart(child.pid)
    for (const name of ['stdout', 'stderr'] as const) child[name]?.on('data', (piece: Buffer) => onOutput?.(name, piece))
    closed = new Promise((resolve) => child.once('close', resolve))
    return child
  }
  const { exitCode, signal: endSignal } = await runAsGroup(start, { signal, grace: () => GRACE }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    throw new ByteNiteError('BUILD_FAILED', `The build command "${command}" was not found.`, {
      hint: 'Check its spelling, or install it.',
      cause: error,
    })
  })
  if (onOutput !== undefined) await Promise.race([closed, sleep(REST, undefined, { ref: false })])
  const ending = endSignal === null ? `failed with exit code ${exitCode}` : `was ended by ${endSignal}`
  if (exitCode !== 0) throw new ByteNiteError('BUILD_FAILED', `The build ${ending}: ${[command, ...parameters].join(' ')}`)
}
