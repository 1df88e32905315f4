import { lstat, mkdir, open, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { CreateError } from './create-error.js'
import type { ProjectFiles } from './templates.js'

/** A file that was there before, and where it is now. Both are relative to the project. */
export interface SetAside {
  from: string
  to: string
}

/** Steps that take back what was done, the last one first. */
export type Undo = (() => Promise<unknown>)[]

/** What may be in a directory that counts as empty. */
const IGNORED = new Set(['.git', '.DS_Store', 'Thumbs.db'])

/** @throws {CreateError} `NOT_EMPTY` or `NOT_A_DIRECTORY` */
export async function checkTarget(target: string, force: boolean): Promise<void> {
  const names = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    if (error.code === 'ENOTDIR') throw new CreateError('NOT_A_DIRECTORY', `${target} is a file.`)
    throw error
  })
  const found = names.filter((name) => !IGNORED.has(name))
  if (found.length === 0 || force) return
  const some = found.length > 3 ? `${found.slice(0, 3).join(', ')} and ${found.length - 3} more` : found.join(', ')
  throw new CreateError(
    'NOT_EMPTY',
    `${target} is not empty: it has ${some}. Choose another directory, or keep what is there and add the project with --force.`,
  )
}

/**
 * Writes the files, and puts a way back for each step into `undo`. A file that is there already and has something else
 * in it is not overwritten: it gets another name.
 */
export async function writeProject(target: string, files: ProjectFiles, undo: Undo, signal: AbortSignal | undefined): Promise<SetAside[]> {
  const setAside: SetAside[] = []
  for (const [path, content] of files) {
    signal?.throwIfAborted()
    const file = join(target, path)
    await makeDirectory(dirname(file), undo)
    const existing = await lstat(file).catch(ifMissing)
    if (existing !== undefined) {
      if (existing.isFile() && content.equals(await readFile(file))) continue
      const aside = await freeName(file)
      await rename(file, aside)
      undo.push(() => rename(aside, file))
      setAside.push({ from: path, to: relative(target, aside) })
    }
    const handle = await open(file, 'wx')
    undo.push(() => rm(file))
    await handle.writeFile(content).finally(() => handle.close())
  }
  signal?.throwIfAborted()
  return setAside
}

async function makeDirectory(directory: string, undo: Undo): Promise<void> {
  const first = await mkdir(directory, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST' && error.code !== 'ENOTDIR') throw error
    throw new CreateError('NOT_A_DIRECTORY', `A file stands where the directory ${directory} has to be.`, { cause: error })
  })
  if (first === undefined) return
  const made = [resolve(first)]
  for (let parent = resolve(directory); parent !== resolve(first); parent = dirname(parent)) made.splice(1, 0, parent)
  for (const path of made) undo.push(() => rmdir(path))
}

async function freeName(file: string): Promise<string> {
  for (let count = 1; ; count++) {
    const name = count === 1 ? `${file}.old` : `${file}.old${count}`
    if ((await lstat(name).catch(ifMissing)) === undefined) return name
  }
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
