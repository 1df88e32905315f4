import { uptime } from 'node:os'
import { basename, isAbsolute } from 'node:path'
import { isWithin } from '../utils/directories.js'
import {
  currentOrigin,
  currentProcess,
  exists,
  isRunning,
  isSameOrigin,
  type ProcessIdentity,
  type ProcessOrigin,
} from '../utils/process-identity.js'
import { realPlace } from '../utils/real-place.js'

/** A build writes to the directory, if only to its own files; a pack only reads it. */
export type Activity = 'build' | 'pack'

/** That a process uses an output directory. */
export interface Stamp extends ProcessIdentity, ProcessOrigin {
  /** Its real path. */
  directory: string
  activity: Activity
  /** The process's program, without its parameters, which may contain secrets. */
  program: string
  /** When it began; ISO 8601. */
  since: string
}

let ownProcess: (ProcessIdentity & ProcessOrigin) | undefined

/** Asks the system once, which takes a few milliseconds where that means to start a program. */
function thisProcess(): ProcessIdentity & ProcessOrigin {
  ownProcess ??= { ...currentProcess(), ...currentOrigin() }
  return ownProcess
}

/** @param directory absolute; it may not exist yet */
export function createStamp(directory: string, activity: Activity): Stamp {
  return { ...thisProcess(), directory: realPlace(directory), activity, program: programName(), since: new Date().toISOString() }
}

function programName(): string {
  const [executable = '', script = ''] = process.argv
  // Without a script, as after `node -e`, a parameter is in its place. A script has an absolute path.
  return basename(isAbsolute(script) ? script : executable).replace(/\.[cm]?[jt]s$/, '')
}

/** Whether it is of this process, all threads included. */
export function isOwn({ pid, startTime, bootId }: Stamp): boolean {
  const own = thisProcess()
  return pid === own.pid && startTime === own.startTime && bootId === own.bootId
}

/** Whether its path and process id mean anything here: not if they are those of another machine or container. */
export function isFromHere(stamp: Stamp): boolean {
  return isSameOrigin(stamp, thisProcess())
}

/** Whether one of the directories is inside the other. */
export function isNear(a: Stamp, b: Stamp): boolean {
  return isWithin(a.directory, b.directory) || isWithin(b.directory, a.directory)
}

/** Milliseconds that a clock may be set back after the start of a machine. */
const CLOCK_TOLERANCE = 60_000

/** Whether its process still runs. */
export function isAlive(stamp: Stamp): boolean {
  return isRunning(stamp) && !(stamp.bootId === undefined && isFromBeforeBoot(stamp))
}

/** Whether its process certainly has ended. */
export function isGone({ pid }: Stamp): boolean {
  return !exists(pid)
}

/** For systems such as Windows, which tell neither one start of the machine from another nor when a process started. */
function isFromBeforeBoot({ since }: Stamp): boolean {
  return Date.parse(since) + CLOCK_TOLERANCE < Date.now() - uptime() * 1000
}

/** @returns `undefined` for what is no stamp, or an incomplete one */
export function parseStamp(line: string): Stamp | undefined {
  try {
    const stamp = JSON.parse(line) as Partial<Stamp> | null
    return typeof stamp?.directory === 'string' && typeof stamp.pid === 'number' ? (stamp as Stamp) : undefined
  } catch {
    return undefined
  }
}
