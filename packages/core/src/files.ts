import type { Stats } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import picomatch from 'picomatch'
import { commonDirectory, isWithin } from './directories.js'
import { ByteNiteError } from './errors.js'
import type { ResolvedOptions } from './options.js'
import { isOwnFile } from './record.js'
import { looksSecret } from './secret-files.js'

/** A file that goes into the archive. */
export interface SelectedFile {
  /** Path under `app/`, with `/` between its parts. */
  path: string
  /** Where it is read from; absolute. */
  source: string
  /** Bytes. */
  size: number
}

/**
 * Lists the files of the output as they are on disk, in byte order of their paths.
 *
 * Links to files and directories inside the output are followed. The record, the archive's own file and
 * whatever looks like a secret are left out, the last with a warning.
 * @throws {ByteNiteError} `NO_OUTPUT`, `UNSAFE_LINK`, `UNREADABLE_FILE`
 */
export async function selectFiles(options: ResolvedOptions): Promise<SelectedFile[]> {
  const base = commonDirectory(options.directories)
  const toPath = (source: string): string => relative(base, source).split(sep).join('/')
  const isIncluded = picomatch([...options.include], { dot: true })
  const isExcluded = picomatch([...options.exclude], { dot: true })
  const selected = new Map<string, SelectedFile>()
  const secrets = new Set<string>()
  const stale = new Set<string>()
  for (const directory of options.directories) {
    const walk = new Walk(await openDirectory(directory), (source) => isExcluded(toPath(source)), options.onWarning)
    for await (const source of walk.files(directory)) {
      const path = toPath(source)
      if (!isIncluded(path) || isOwnFile(source, options)) continue
      if (looksSecret(path)) {
        secrets.add(path)
        continue
      }
      const { size, ctime } = await statFile(source)
      // Unlike the modification time, the time of the last change cannot be that of the file it was copied from.
      if (options.staleBefore !== undefined && ctime < options.staleBefore) stale.add(path)
      selected.set(path, { path, source, size })
    }
  }
  if (secrets.size > 0) {
    options.onWarning(`Left out, because it looks like a secret: ${[...secrets].toSorted().join(', ')}.`)
  }
  if (stale.size > 0) {
    options.onWarning(`Packed, although this build did not write it: ${[...stale].toSorted().join(', ')}.`)
  }
  if (selected.size === 0) {
    throw new ByteNiteError('NO_OUTPUT', `Nothing to pack: no file in ${options.directories.join(', ')} is selected.`, {
      hint: 'Check that the build wrote its output there, and the options "include" and "exclude".',
    })
  }
  return [...selected.values()].toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
}

/** The real path of an output directory. */
async function openDirectory(directory: string): Promise<string> {
  try {
    const info = await stat(directory)
    if (info.isDirectory()) return await realpath(directory)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unreadable(directory, error)
    throw new ByteNiteError('NO_OUTPUT', `The output directory ${directory} does not exist.`, {
      hint: 'Run the build first, or correct the option "directory".',
    })
  }
  throw new ByteNiteError('NO_OUTPUT', `The output directory ${directory} is not a directory.`)
}

/** One pass over an output directory. */
class Walk {
  readonly #root: string
  readonly #isExcluded: (path: string) => boolean
  readonly #onWarning: (message: string) => void

  constructor(root: string, isExcluded: (path: string) => boolean, onWarning: (message: string) => void) {
    this.#root = root
    this.#isExcluded = isExcluded
    this.#onWarning = onWarning
  }

  /** Yields the paths of regular files; `trail` holds the real paths of the directories above, to notice cycles. */
  async *files(directory: string, trail: readonly string[] = [this.#root]): AsyncGenerator<string> {
    const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
      throw unreadable(directory, error)
    })
    for (const entry of entries) {
      const path = join(directory, entry.name)
      if (this.#isExcluded(path)) continue
      if (entry.isFile()) yield path
      else if (entry.isDirectory()) yield* this.files(path, [...trail, await realpath(path)])
      else if (entry.isSymbolicLink()) yield* this.#follow(path, trail)
      else this.#onWarning(`Left out, because it is neither a file nor a directory: ${path}.`)
    }
  }

  async *#follow(link: string, trail: readonly string[]): AsyncGenerator<string> {
    const target = await realpath(link).catch((error: unknown) => {
      throw new ByteNiteError('UNSAFE_LINK', `The link ${link} leads nowhere.`, { cause: error })
    })
    if (!isWithin(this.#root, target)) {
      throw new ByteNiteError('UNSAFE_LINK', `The link ${link} leads out of the output directory, to ${target}.`, {
        hint: 'Copy what it leads to into the output, or leave it out with the option "exclude".',
      })
    }
    const info = await stat(target)
    if (info.isFile()) yield link
    else if (!info.isDirectory()) this.#onWarning(`Left out, because it is neither a file nor a directory: ${link}.`)
    else if (trail.includes(target)) {
      throw new ByteNiteError('UNSAFE_LINK', `The link ${link} leads to a directory that holds it: ${target}.`)
    } else yield* this.files(link, [...trail, target])
  }
}

async function statFile(file: string): Promise<Stats> {
  try {
    return await stat(file)
  } catch (error) {
    throw unreadable(file, error)
  }
}

export function unreadable(path: string, error: unknown): ByteNiteError {
  return new ByteNiteError('UNREADABLE_FILE', `${path} cannot be read: ${(error as Error).message}`, { cause: error })
}
