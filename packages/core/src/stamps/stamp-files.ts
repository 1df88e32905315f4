import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseStamp, type Stamp } from './stamp.js'

// Everything here is synchronous: it must be done before a bundler's hook goes on, or while the process ends.

/** A file of stamps, each on a line of its own. */
export interface StampFile {
  path: string
  stamp: Stamp
  /** Those of processes that did something in the same directory while the file was there. */
  others: Stamp[]
}

const NAME = /^\d+-[0-9a-f]{16}\.jsonl$/

/** The folder of all stamps, which is there only while there are some. */
function folderOf(uid: number | undefined): string {
  return join(tmpdir(), uid === undefined ? 'bytenite-builds' : `bytenite-builds-${uid}`)
}

/** How often the folder is made anew: other processes remove it when it is empty. */
const ATTEMPTS = 10

/** @returns the new file's path */
export function writeStampFile(stamp: Stamp): string {
  for (let attempt = 1; ; attempt++) {
    const folder = makeFolder(stamp.uid)
    const path = join(folder, `${stamp.pid}-${randomBytes(8).toString('hex')}.jsonl`)
    try {
      writeFileSync(path, lineOf(stamp), { flag: 'wx', mode: 0o600 })
      return path
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' && attempt < ATTEMPTS) continue
      rmSync(path, { force: true })
      throw error
    }
  }
}

function makeFolder(uid: number | undefined): string {
  const folder = folderOf(uid)
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  checkFolder(folder, uid)
  return folder
}

/** Where everybody may write, somebody else may have put something in its place. */
function checkFolder(folder: string, uid: number | undefined): void {
  const status = lstatSync(folder, { throwIfNoEntry: false })
  if (status === undefined) return
  if (!status.isDirectory()) throw new Error(`${folder} is not a directory`)
  if (uid === undefined) return
  if (status.uid !== uid) throw new Error(`${folder} belongs to another user`)
  if ((status.mode & 0o077) !== 0) throw new Error(`${folder} is open to other users`)
}

/** @param uid whose files; `undefined` on Windows */
export function readStampFiles({ uid }: Pick<Stamp, 'uid'>): StampFile[] {
  const folder = folderOf(uid)
  checkFolder(folder, uid)
  const names = orIfMissing(() => readdirSync(folder), []).filter((name) => NAME.test(name))
  return names.flatMap((name) => {
    const path = join(folder, name)
    // An incomplete file is that of a process that has yet to read this one's.
    const [stamp, ...others] = orIfMissing(() => readFileSync(path, 'utf8'), '')
      .split('\n')
      .map(parseStamp)
    return stamp === undefined ? [] : [{ path, stamp, others: others.filter((other) => other !== undefined) }]
  })
}

/** Adds another process's stamp to a file, unless that has been removed. */
export function noteInFile(path: string, other: Stamp): void {
  // Not "a", which would make a new file.
  const file = orIfMissing(() => openSync(path, constants.O_WRONLY | constants.O_APPEND), undefined)
  if (file === undefined) return
  try {
    writeSync(file, lineOf(other))
  } finally {
    closeSync(file)
  }
}

/** Codes of a folder that is not empty, is gone, or is being read on Windows. */
const IN_USE = new Set(['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EBUSY', 'EPERM'])

/** The last one takes the folder with it. */
export function removeStampFile(path: string): void {
  rmSync(path, { force: true })
  try {
    rmdirSync(dirname(path))
  } catch (error) {
    if (!IN_USE.has((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

function lineOf(stamp: Stamp): string {
  return `${JSON.stringify(stamp)}\n`
}

function orIfMissing<Value, Otherwise>(read: () => Value, otherwise: Otherwise): Value | Otherwise {
  try {
    return read()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise
    throw error
  }
}
