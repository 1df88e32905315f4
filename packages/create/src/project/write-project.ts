import { lstat, mkdir, open, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { CreateError } from '../create-error.js'
import type { ProjectFiles } from './templates.js'

/** An existing file that was renamed. Both paths are relative to the project. */
export interface SetAside {
  from: string
  to: string
}

/** Functions that undo each step, to be called in reverse order. */
export type Undo = (() => Promise<unknown>)[]

/** Entries that do not count: a directory with only these is empty. */
const IGNORED = new Set(['.git', '.DS_Store', 'Thumbs.db'])

/** @throws {CreateError} `NOT_EMPTY` or `NOT_A_DIRECTORY` */
export async function checkTarget(target: string, force: boolean): Promise<void> {
  const names = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    if (error.code === 'ENOTDIR') throw new CreateError('NOT_A_DIRECTORY', `${target} is a file. Choose another directory.`)
    throw error
  })
  const found = names.filter((name) => !IGNORED.has(name))
  if (found.length === 0 || force) return
  const some = found.length > 3 ? `${found.slice(0, 3).join(', ')} and ${found.length - 3} more` : found.join(', ')
  throw new CreateError(
    'NOT_EMPTY',
    `${target} is not empty (it contains ${some}). Choose another directory, or use --force to add the project to it.`,
  )
}

/**
 * Writes the files, and adds a function to `undo` for each step. An existing file with other content is renamed, never
 * overwritten. The rules of an existing `.gitignore` stay in force.
 */
export async function writeProject(target: string, files: ProjectFiles, undo: Undo, signal: AbortSignal | undefined): Promise<SetAside[]> {
  const setAside: SetAside[] = []
  for (const [path, templateContent] of files) {
    signal?.throwIfAborted()
    const file = join(target, path)
    let content = templateContent
    await makeDirectory(dirname(file), undo)
    const existing = await lstat(file).catch(ifMissing)
    if (existing !== undefined) {
      const old = existing.isFile() ? await readFile(file) : undefined
      if (old !== undefined && path === '.gitignore') content = withRules(old, content)
      if (old?.equals(content)) continue
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

/** What was ignored stays so: among it may be secrets. */
function withRules(existing: Buffer, added: Buffer): Buffer {
  const rules = existing.toString('utf8').split(/\r?\n/)
  const missing = added
    .toString('utf8')
    .split('\n')
    .filter((rule) => rule !== '' && !rules.includes(rule))
  if (missing.length === 0) return existing
  return Buffer.from([existing.toString('utf8').trimEnd(), ...missing, ''].join('\n'))
}

async function makeDirectory(directory: string, undo: Undo): Promise<void> {
  const first = await mkdir(directory, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST' && error.code !== 'ENOTDIR') throw error
    throw new CreateError('NOT_A_DIRECTORY', `Cannot create the directory ${directory}: a file is in the way.`, { cause: error })
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
