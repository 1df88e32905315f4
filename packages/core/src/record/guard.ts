import { lstat, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import picomatch from 'picomatch'
import { ByteNiteError } from '../errors.js'
import { isWithin } from '../utils/directories.js'
import { realPlace } from '../utils/real-place.js'
import { RECORD_NAME } from './place.js'

/** What must not be replaced by a file that an option names. */
export interface ProtectedFiles {
  /** The project's root; absolute. */
  root: string
  /** Files that the build read; absolute. */
  sourceFiles: readonly string[]
}

/** Names to which other tools, or this package itself, give a meaning. */
const RESERVED = picomatch(
  [
    'package{,-lock}.json',
    'npm-shrinkwrap.json',
    'pnpm-{lock,workspace}.yaml',
    'yarn.lock',
    'bun.{lock,lockb}',
    'deno.{json,jsonc,lock}',
    '{ts,js}config{,.*}.json',
    '{manifest,template,schema}.json',
    '{turbo,nx,project,workspace,lerna,rush,biome,vercel,firebase,renovate,components,angular}.json',
    '*.config.*',
    '.{git*,npmrc,env*}',
  ],
  { dot: true, nocase: true },
)

/** Whether a file with content was written by this package. */
type IsOwn = (file: string, size: number) => Promise<boolean>

/**
 * Makes sure that an option names a file that may be replaced: an absent or empty one, or one that this package wrote.
 * @param option its name
 * @param file absolute
 * @throws {ByteNiteError} `INVALID_OPTION`
 */
export async function checkPlace(option: string, file: string, protectedFiles: ProtectedFiles, isOwn: IsOwn): Promise<void> {
  const refused = (reason: string): ByteNiteError =>
    new ByteNiteError('INVALID_OPTION', `The option "${option}" names ${file}, which ${reason}. Nothing was changed.`, {
      hint: 'Choose a path that nothing else uses. If the file there is no longer needed, remove it yourself.',
    })
  try {
    const reason = await whyNot(file, protectedFiles, isOwn)
    if (reason !== undefined) throw refused(reason)
  } catch (error) {
    throw error instanceof ByteNiteError ? error : refused(`cannot be examined: ${(error as Error).message}`)
  }
}

async function whyNot(file: string, { root, sourceFiles }: ProtectedFiles, isOwn: IsOwn): Promise<string | undefined> {
  if (RESERVED(basename(file))) return 'has a name that other tools use'
  const real = realPlace(file)
  if (isWithin(root, file) && !isWithin(realPlace(root), real)) return `leads out of the project, to ${real}`
  if (sourceFiles.includes(file) || sourceFiles.includes(real)) return 'is a source of this build'
  const stats = await ifPresent(lstat(real))
  if (stats === undefined) return undefined
  if (stats.isDirectory()) return 'is a directory'
  if (!stats.isFile()) return 'is not a regular file'
  if (stats.size > 0 && !(await isOwn(real, stats.size))) return 'exists and was not written by this package'
  return undefined
}

/** Bytes; a record is a few hundred. */
const MAX_RECORD_SIZE = 1_000_000

/** Fields that only a platform fills in. */
const ISSUED = ['id', 'owner', 'userName', 'status', 'createdAt', 'updatedAt', 'hash', 'revision', 'link']

/**
 * Whether a file has the shape of a platform's record: a name, a version, and something that only a platform knows. The
 * default name is this package's own, whatever the file holds.
 */
export async function isOwnRecord(file: string, size: number): Promise<boolean> {
  if (basename(file) === RECORD_NAME) return true
  if (size > MAX_RECORD_SIZE) return false
  let json: unknown
  try {
    json = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
  if (typeof json !== 'object' || json === null) return false
  const { name, version, ...others } = json as Record<string, unknown>
  const isNamed = typeof name === 'string' && typeof version === 'string' && /^\d+\.\d+$/.test(version)
  return isNamed && ISSUED.some((field) => typeof others[field] === 'string')
}

async function ifPresent<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  try {
    return await asked
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
