import { randomBytes } from 'node:crypto'
import { lstat, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import type { JobsApi } from 'bytenite-uploader'
import { plainText } from 'bytenite-uploader/internal/plain-text'
import type { JobResult } from 'bytenite-uploader/wire-jobs'
import { inParallel } from '../../utils/in-parallel.js'

/** Downloads at once. */
const AT_ONCE = 4

/** Creates the directory for the results of a job, before it starts. @throws {Error} */
export async function createResultsDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true }).catch((error: unknown) => {
    throw new Error(`Could not write ${directory}: ${(error as Error).message}. Choose another directory for the results.`, {
      cause: error,
    })
  })
}

/**
 * Downloads the results of a job that is complete. Each of them appears as a whole. A file or link that has the name of a result is
 * replaced, so nothing is written through a link; other files stay.
 * @param directory an existing directory
 * @throws {Error} for a name that leads out of the directory, before anything is written; for what is in the way of results, after the
 * others were written; and the errors of the client
 * @param onWritten called with the name of each file and each directory as soon as it is there
 */
export async function downloadResults(
  jobs: JobsApi,
  results: readonly JobResult[],
  directory: string,
  onWritten: (name: string) => void = () => {},
): Promise<void> {
  for (const { name } of results) requireSafeName(name)
  const blocked = await createDirectories(directory, results, onWritten)
  const conflicts: string[] = [...blocked].filter((path) => !blocked.has(posix.dirname(path)))
  const isBelowBlocked = ({ name }: JobResult): boolean => blocked.has(posix.dirname(name))
  const free = results.filter((result) => !isBelowBlocked(result))
  await inParallel(free, AT_ONCE, async (result) => {
    if ((await kindOf(join(directory, result.name))) === 'directory') conflicts.push(result.name)
    else {
      await download(jobs, result, directory)
      onWritten(result.name)
    }
  })
  if (conflicts.length > 0) {
    const paths = conflicts.toSorted().map((path) => join(directory, path))
    throw new Error(
      `Not all results could be written. Links and files stand in the place of directories, or the other way round: ${paths.join(', ')}. Remove them, or choose an empty directory for the results.`,
    )
  }
}

/** Under a short name first, because that of a result may have all characters that a name can have. */
async function download(jobs: JobsApi, result: JobResult, directory: string): Promise<void> {
  const target = join(directory, result.name)
  const temporary = join(dirname(target), `.${randomBytes(12).toString('hex')}.tmp`)
  try {
    await jobs.download(result, temporary)
    await rename(temporary, target)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Creates the directories of all results, but follows no link. @returns the paths where something else is, and those below */
async function createDirectories(
  directory: string,
  results: readonly JobResult[],
  onWritten: (name: string) => void,
): Promise<Set<string>> {
  const parents = new Set<string>()
  for (const { name } of results) {
    for (let parent = posix.dirname(name); parent !== '.'; parent = posix.dirname(parent)) parents.add(parent)
  }
  const blocked = new Set<string>()
  // A directory comes before what is in it.
  for (const path of [...parents].toSorted()) {
    const found = blocked.has(posix.dirname(path)) ? 'other' : await kindOf(join(directory, path))
    if (found === 'other') blocked.add(path)
    else if (found === 'nothing') {
      await mkdir(join(directory, path))
      onWritten(path)
    }
  }
  return blocked
}

async function kindOf(path: string): Promise<'nothing' | 'directory' | 'other'> {
  try {
    return (await lstat(path)).isDirectory() ? 'directory' : 'other'
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'nothing'
    throw error
  }
}

/** On Windows, these have a meaning. */
const SPECIAL = process.platform === 'win32' ? /[\\:\0]/ : /\0/

function requireSafeName(name: string): void {
  const isSafe = name.split('/').every((part) => part !== '' && part !== '.' && part !== '..') && !SPECIAL.test(name)
  if (!isSafe) throw new Error(`The platform has a result with the name "${plainText(name)}", which is not a path within a directory.`)
}
