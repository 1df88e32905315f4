import { lstatSync, mkdirSync, readdirSync, realpathSync, renameSync, type Stats } from 'node:fs'
import { chmod, mkdtemp, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { collectResults } from '../../task/collect-results.js'
import { findResults, type FoundResult } from '../../task/find-results.js'
import { removeTree } from '../../utils/remove-tree.js'

/** Files that a program wrote, and that are in their place now. */
export interface AcceptedFiles {
  /** Relative paths. */
  paths: string[]
  /** Bytes of all of them. */
  size: number
}

export interface AcceptOptions {
  /** Absolute path of a directory that is removed later, on the same file system. */
  staging: string
  /** Told of each file that is left out or changed. */
  onWarning: (message: string) => void
  /** Called with the size in bytes before anything is kept. @throws whatever refuses it */
  check: (found: AcceptedFiles) => void
}

/**
 * Moves the files that a program wrote to a place that has them all or none. What is not a file, or leads out of the directory, is
 * left out. What else has a name outside of it is copied, because it could be changed under that name.
 * @param from the directory, an absolute path without links
 */
export async function acceptFiles(from: string, to: string, options: AcceptOptions): Promise<AcceptedFiles> {
  const few = listFewFiles(from)
  if (few !== undefined) {
    options.check(few)
    await moveInto(from, to)
    return few
  }
  const { isPlain, ...found } = await examine(from)
  options.check(found)
  if (isPlain) {
    // Nothing can be moved into a directory, or out of it, that its owner may not write to.
    await chmod(from, OWNER_MAY_ALL)
    await moveInto(from, to)
    return found
  }
  const copies = await mkdtemp(join(options.staging, 'copies-'))
  const paths = await collectResults(from, copies, options)
  await moveInto(copies, to)
  return { paths, size: found.size }
}

/** Looking at so many files takes no longer than asking others to do it. */
const FEW = 50

/** Nearly all tasks write a few plain files, and that is found out fast. @returns `undefined` for anything else */
function listFewFiles(directory: string): AcceptedFiles | undefined {
  const own = lstatSync(directory, { throwIfNoEntry: false })
  if (own === undefined) {
    // The program removed it, and so has no results.
    mkdirSync(directory, { mode: OWNER_MAY_ALL })
    return { paths: [], size: 0 }
  }
  if (!own.isDirectory() || (own.mode & OWNER_MAY_ALL) !== OWNER_MAY_ALL || realpathSync.native(directory) !== directory) return undefined
  const paths = readdirSync(directory)
  if (paths.length > FEW) return undefined
  let size = 0
  for (const path of paths) {
    // A name that is not UTF-8 is not found.
    const file = lstatSync(join(directory, path), { throwIfNoEntry: false })
    if (file === undefined || !file.isFile() || !isPlain(file)) return undefined
    size += file.size
  }
  return { paths, size }
}

async function examine(directory: string): Promise<AcceptedFiles & { isPlain: boolean }> {
  const found = { paths: [] as string[], size: 0, isPlain: true }
  for await (const item of findResults(directory)) {
    if (!canMove(item, directory)) found.isPlain = false
    if (item.type !== 'file') continue
    found.paths.push(item.path)
    found.size += item.size
  }
  return found
}

function canMove(item: FoundResult, directory: string): boolean {
  if (item.type === 'unusable' || item.source !== join(directory, item.path)) return false
  return item.type === 'directory' || isPlain(item)
}

const OWNER_MAY_ALL = 0o700
const OWNER_MAY_READ = 0o400
const SET_ID_BITS = 0o6000

function isPlain({ mode, nlink }: Pick<Stats, 'mode' | 'nlink'>): boolean {
  return nlink === 1 && (mode & OWNER_MAY_READ) !== 0 && (mode & SET_ID_BITS) === 0
}

/** Replaces what is there. */
async function moveInto(from: string, to: string): Promise<void> {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    await removeTree(to)
    await rename(from, to)
  }
}
