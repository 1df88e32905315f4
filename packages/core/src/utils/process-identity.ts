import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Tells a process from a later one that has the same id. */
export interface ProcessIdentity {
  pid: number
  /** In the system's own form, for comparison only; `undefined` where the system does not tell it. */
  startTime?: string | undefined
  /** Differs after each start of the machine, since a process id and a start time may repeat. */
  bootId?: string | undefined
}

/** Where a process id means something. */
export interface ProcessOrigin {
  /** `undefined` on Windows. */
  uid: number | undefined
  host: string
  /** Process ids of other namespaces mean other processes. `undefined` where there are none. */
  pidNamespace: string | undefined
}

export function currentOrigin(): ProcessOrigin {
  const pidNamespace = process.platform === 'linux' ? readlinkSync('/proc/self/ns/pid') : undefined
  return { uid: process.getuid?.(), host: hostname(), pidNamespace }
}

export function isSameOrigin(a: Partial<ProcessOrigin>, b: ProcessOrigin): boolean {
  return a.uid === b.uid && a.host === b.host && a.pidNamespace === b.pidNamespace
}

export function currentProcess(): ProcessIdentity {
  return identifyProcess(process.pid)
}

/** @param pid of a process that runs, or has ended but is not collected yet */
export function identifyProcess(pid: number): ProcessIdentity {
  return { pid, startTime: readStartTime(pid), bootId: readBootId() }
}

/** Whether this very process runs. Where its start time is unknown, any process with its id counts. */
export function isRunning({ pid, startTime, bootId }: ProcessIdentity): boolean {
  const [currentBoot, currentStart] = [readBootId(), readStartTime(pid)]
  if (bootId !== undefined && currentBoot !== undefined && bootId !== currentBoot) return false
  if (startTime !== undefined && currentStart !== undefined && startTime !== currentStart) return false
  return exists(pid)
}

/** Whether any process has an id. Cheaper than {@link isRunning} where that has to start a program. */
export function exists(pid: number): boolean {
  if (readLinuxStatus(pid)?.hasEnded === true) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // It belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function readStartTime(pid: number): string | undefined {
  if (process.platform === 'linux') return readLinuxStatus(pid)?.startTime
  if (process.platform === 'win32') return undefined
  return readOutput('ps', ['-o', 'lstart=', '-p', String(pid)])
}

function readBootId(): string | undefined {
  if (process.platform === 'linux') return readText('/proc/sys/kernel/random/boot_id')
  return process.platform === 'darwin' ? readOutput('sysctl', ['-n', 'kern.bootsessionuuid']) : undefined
}

/** See proc_pid_stat(5). The second field, the program's name, may contain spaces and parentheses. */
function readLinuxStatus(pid: number): { hasEnded: boolean; startTime: string | undefined } | undefined {
  const text = process.platform === 'linux' ? readText(`/proc/${pid}/stat`) : undefined
  if (text === undefined) return undefined
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  // A process that has ended stays visible until its parent asks for its exit code.
  return { hasEnded: ['Z', 'X'].includes(fields[0] ?? ''), startTime: fields[19] }
}

/** `undefined` means unknown: there is no such process, or the system hides it. */
function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}

/** As {@link readText}, in the same form for processes with other time zones and languages. */
function readOutput(command: string, parameters: readonly string[]): string | undefined {
  try {
    const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C' }
    return execFileSync(command, parameters, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}
