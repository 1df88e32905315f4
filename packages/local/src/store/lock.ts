import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { currentProcess, isRunning, type ProcessIdentity } from 'bytenite-uploader/internal'
import { StoreError } from './store-error.js'

/** The content of a lock file. */
interface Holder extends ProcessIdentity {
  port?: number | undefined
}

interface LockFile {
  path: string
  number: number
  /** `undefined` if the file is incomplete. */
  holder: Holder | undefined
}

/** The exclusive use of a directory. It ends with the process, if not before. */
export interface Lock {
  /** Shown to others that want to use the directory. */
  setPort(port: number | undefined): void
  release(): void
}

const NAME = /^bytenite-local\.lock\.(\d{1,15})$/

export function isLockFile(name: string): boolean {
  return NAME.test(name)
}

/**
 * Locks a directory. Lock files are numbered: one that a killed process left is never replaced, but followed by the next
 * number, which only one process can create. Looking again afterwards finds a process that did the same with another
 * number. Therefore no two processes can both believe that they hold the lock.
 * @throws {StoreError} `DIRECTORY_IN_USE`
 */
export function lockDirectory(directory: string): Lock {
  const identity = currentProcess()
  for (;;) {
    const found = readLocks(directory)
    const holder = found.map((lock) => lock.holder).find(isHeld)
    if (holder !== undefined) throw inUse(directory, holder)
    const path = join(directory, `bytenite-local.lock.${Math.max(0, ...found.map(({ number }) => number)) + 1}`)
    if (!createLock(path, identity)) continue
    const others = readLocks(directory).filter((lock) => lock.path !== path)
    if (others.some((lock) => isHeld(lock.holder))) {
      rmSync(path)
      continue
    }
    for (const stale of others) rmSync(stale.path, { force: true })
    return {
      setPort: (port) => writeFileSync(path, JSON.stringify({ ...identity, port } satisfies Holder)),
      release: () => rmSync(path, { force: true }),
    }
  }
}

/** Whether this process created the file. */
function createLock(path: string, holder: Holder): boolean {
  try {
    writeFileSync(path, JSON.stringify(holder), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function readLocks(directory: string): LockFile[] {
  return readdirSync(directory).flatMap((name) => {
    const [, number] = NAME.exec(name) ?? []
    const path = join(directory, name)
    return number === undefined ? [] : [{ path, number: Number(number), holder: readHolder(path) }]
  })
}

/** Milliseconds that a process is given to write its lock file after creating it. */
const WRITING_TIME = 500
const PAUSE = 20

/** `undefined` for a file that is gone, or that was never written to its end. */
function readHolder(path: string): Holder | undefined {
  const deadline = Date.now() + WRITING_TIME
  for (;;) {
    let text: string
    try {
      text = readFileSync(path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
    const holder = parseHolder(text)
    if (holder !== undefined || Date.now() >= deadline) return holder
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE)
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    const json = JSON.parse(text) as Partial<Holder> | null
    return typeof json?.pid === 'number' ? { ...json, pid: json.pid } : undefined
  } catch {
    return undefined
  }
}

function isHeld(holder: Holder | undefined): holder is Holder {
  return holder !== undefined && isRunning(holder)
}

function inUse(directory: string, { pid, port }: Holder): StoreError {
  const isOwn = pid === process.pid
  const who = `${isOwn ? 'this process' : `process ${pid}`}${port === undefined ? '' : ` (port ${port})`}`
  const remedy = isOwn ? 'Close that platform' : 'Stop that process'
  return new StoreError('DIRECTORY_IN_USE', `${directory} is in use by ${who}. ${remedy}, or choose another directory.`)
}
