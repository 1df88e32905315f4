import type { ChildProcess } from 'node:child_process'
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
}

/** Milliseconds that a build has to clean up after itself. */
const GRACE = 3_000

/**
 * Runs a project's build as a shell would: programs of its packages are found, and it has this process's terminal.
 * @throws {ByteNiteError} `BUILD_FAILED`
 * @throws the reason of `signal`
 */
export async function runBuild(
  [command, ...parameters]: readonly [string, ...string[]],
  { env, signal, isStdoutTaken = false }: BuildOptions,
): Promise<void> {
  const stdio = ['inherit', isStdoutTaken ? process.stderr : 'inherit', 'inherit'] as const
  const start = (group: { detached: boolean }): ChildProcess =>
    x(command, parameters, { nodeOptions: { ...group, stdio: [...stdio], env } }).process as ChildProcess
  const { exitCode, signal: endSignal } = await runAsGroup(start, { signal, grace: () => GRACE }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    throw new ByteNiteError('BUILD_FAILED', `The build command "${command}" was not found.`, {
      hint: 'Check its spelling, or install it.',
      cause: error,
    })
  })
  const ending = endSignal === null ? `failed with exit code ${exitCode}` : `was ended by ${endSignal}`
  if (exitCode !== 0) throw new ByteNiteError('BUILD_FAILED', `The build ${ending}: ${[command, ...parameters].join(' ')}`)
}
