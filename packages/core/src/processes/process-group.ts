import { spawnSync, type ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { atExit } from './at-exit.js'
import { hasRunningMembers, signalGroup } from './group-signals.js'

/** How a process ended. */
export interface Ending {
  /** `null` if a signal ended it. */
  exitCode: number | null
  signal: NodeJS.Signals | null
}

/** A program that was started. */
export interface StartedProgram {
  pid: number
  /** Rejects if its end cannot be known. */
  ended: Promise<Ending>
}

export interface GroupOptions {
  /** Ends the whole group when it aborts. */
  signal?: AbortSignal | undefined
  /** Milliseconds between SIGTERM and SIGKILL, asked for when the group is to end. @default SIGKILL at once */
  grace?: (() => number) | undefined
}

const isWindows = process.platform === 'win32'

/**
 * Runs a program as a process group of its own. The group ends with its first process, or when the signal aborts: then
 * none of its processes is left. One that starts a group of its own is out of reach. Windows has no groups: there, the
 * descendants are ended only if the signal aborts.
 * @param start spawns the program with these options, or has somebody else spawn it as a group
 * @throws the signal's reason, if that ended the group
 * @throws {Error} with the system's `code`, such as `ENOENT`, if the program cannot be started
 */
export async function runAsGroup(
  start: (options: { detached: boolean }) => ChildProcess | Promise<StartedProgram>,
  { signal, grace = () => 0 }: GroupOptions = {},
): Promise<Ending> {
  signal?.throwIfAborted()
  const child = start({ detached: !isWindows })
  const { pid, ended } = child instanceof Promise ? await child : watch(child)
  // It could not be started, and an error follows.
  if (pid === undefined) return ended
  let stopping: Promise<void> | undefined
  const stop = (): void => void (stopping = endGroup(pid, grace()))
  const withdraw = atExit(() => killGroup(pid))
  signal?.addEventListener('abort', stop)
  if (signal?.aborted === true) stop()
  try {
    const ending = await ended.catch(async (error: Error) => {
      await endGroup(pid, 0)
      throw error
    })
    signal?.removeEventListener('abort', stop)
    if (stopping === undefined) {
      if (!isWindows) await endGroup(pid, grace())
      return ending
    }
    await stopping
    throw signal?.reason
  } finally {
    signal?.removeEventListener('abort', stop)
    withdraw()
  }
}

function watch(child: ChildProcess): { pid: number | undefined; ended: Promise<Ending> } {
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }))
  })
  return { pid: child.pid, ended }
}

/** Milliseconds that the system is given to end killed processes. */
const KILL_TIME = 1_000

async function endGroup(pid: number, grace: number): Promise<void> {
  if (!isWindows && grace > 0 && signalGroup(pid, 'SIGTERM')) await waitUntilEmpty(pid, grace)
  killGroup(pid)
  if (!isWindows) await waitUntilEmpty(pid, KILL_TIME)
}

async function waitUntilEmpty(pid: number, timeout: number): Promise<void> {
  const deadline = performance.now() + timeout
  while ((await hasRunningMembers(pid)) && performance.now() < deadline) await sleep(10)
}

/** @param pid of the group's first process */
export function killGroup(pid: number): void {
  // The descendants of a process that has ended cannot be found on Windows, so all of them must be killed together.
  if (isWindows) spawnSync('taskkill', ['/t', '/f', '/pid', String(pid)], { stdio: 'ignore', windowsHide: true })
  else signalGroup(pid, 'SIGKILL')
}
