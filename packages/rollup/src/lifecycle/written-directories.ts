import { readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { plainText } from 'bytenite-uploader/internal/plain-text'
import type { ByteNiteOptions } from '../options.js'
import type { BuildEnvironment } from '../publishing/environment.js'
import { announce, announceNotPublished } from '../publishing/not-published.js'
import type { BuildOutput } from './build-output.js'

/** An output directory that has nothing to publish, and why. */
interface MissingDirectory {
  directory: string
  /** A clause. */
  reason: string
}

/** What there is to publish of an output; `undefined` if that is nothing. Announces what is left out. */
export async function withoutMissing(
  output: BuildOutput,
  options: ByteNiteOptions,
  environment: BuildEnvironment,
): Promise<BuildOutput | undefined> {
  const missing = await findMissing(output)
  if (missing.length === 0) return output
  const shown = missing.map(({ directory, reason }) => `${relative(environment.root, directory) || directory}: ${reason}`)
  const directories = output.directories.filter((each) => missing.every(({ directory }) => directory !== each))
  if (directories.length === 0) {
    announceNotPublished(`there is no output (${shown.join('; ')})`, options, environment)
    return undefined
  }
  for (const line of shown) announce(`left out ${plainText(line)}`, options, environment)
  const isThere = (file: string): boolean => missing.every(({ directory }) => !file.startsWith(directory + sep))
  return { ...output, directories, entryFiles: output.entryFiles.filter(isThere) }
}

/** Finds the output directories that hold nothing of the build, now that other plugins are done with them. */
async function findMissing({ directories, emptyDirectories, startedAt }: BuildOutput): Promise<MissingDirectory[]> {
  const missing: MissingDirectory[] = []
  for (const directory of directories) {
    if ((await stat(directory).catch(undefinedIfMissing)) === undefined) {
      const reason = emptyDirectories.includes(directory) ? 'the build wrote no files to it' : 'it was removed after it had been written'
      missing.push({ directory, reason })
    } else if (emptyDirectories.includes(directory) && !(await hasFileSince(directory, startedAt))) {
      missing.push({ directory, reason: 'the build wrote no files to it' })
    }
  }
  return missing
}

/** Other plugins, and Vite with its public directory, may put files into a directory that the bundler wrote nothing to. */
async function hasFileSince(directory: string, since: Date): Promise<boolean> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    if (entry.isDirectory()) continue
    // Not the time of modification, which some systems copy with a file.
    const stats = await stat(join(entry.parentPath, entry.name)).catch(undefinedIfMissing)
    if (stats !== undefined && stats.ctimeMs >= since.getTime()) return true
  }
  return false
}

function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
