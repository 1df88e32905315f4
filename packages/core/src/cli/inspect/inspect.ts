import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { hashFile } from '../../archive/archive-file.js'
import type { ArchiveHash } from '../../archive/hash.js'
import { CHECKS, type CheckCode, type CheckLevel } from '../../checks/codes.js'
import { levelOf } from '../../checks/run-checks.js'
import { packedArchive } from '../../compare/readable-archive.js'
import { ArchiveError } from '../../contents/archive-error.js'
import { describeArchive, type ArchiveDescription } from '../../contents/describe-archive.js'
import { ByteNiteError, docsOf, isByteNiteError, type ByteNiteErrorCode } from '../../errors.js'
import type { PackOptions, ResolvedOptions } from '../../options.js'
import { examine, whileInUse, type Examined } from '../../pack.js'
import { unpackProject } from '../../pull/unpack-project.js'
import { resolveOptions } from '../../resolve-options.js'
import { tagOf } from '../../record/facts.js'
import { withTemporaryDirectory } from '../../utils/temporary-directory.js'
import { connect, findPublished } from '../connect.js'
import { describeDirectory } from '../options/app-directory.js'
import { CONNECTION_NAMES } from '../options/connection-options.js'
import type { GivenOptions } from '../options/read-options.js'
import type { Screen } from '../output/screen.js'
import { whileDownloading } from '../output/while-downloading.js'

/** What an archive is, and what is wrong with it. */
export interface Inspection {
  /** `name@version`; `undefined` if it has no valid manifest. */
  tag: string | undefined
  hash: ArchiveHash
  /** Bytes of the tar. */
  size: number
  contents: ArchiveDescription
  findings: readonly InspectedFinding[]
}

export interface InspectedFinding {
  code: CheckCode | ByteNiteErrorCode
  level: CheckLevel
  message: string
  remedy: string | undefined
  /** Where the documentation explains it; only of an error that keeps the project from being packed. */
  docs?: string | undefined
}

interface InspectContext {
  given: GivenOptions
  screen: Screen
  signal: AbortSignal
}

/** Packs a directory as `pack` does. @throws {ByteNiteError} if there is no archive to inspect */
export async function inspectDirectory(word: string, { given, screen, signal }: InspectContext): Promise<Inspection> {
  const options = resolve({ ...given, ...describeDirectory(word, given) }, screen, signal)
  const examined = await whileInUse(options, 'pack', () => examine(options))
  const { tag, hash, size } = examined
  const contents = await describeArchive(packedArchive(examined, signal).open())
  return { tag, hash, size, contents, findings: findingsOf(examined, options) }
}

/** Reads an archive in a file. @throws {ByteNiteError} `INVALID_ARCHIVE`, `UNREADABLE_FILE` */
export async function inspectFile(file: string, { given, screen, signal }: InspectContext): Promise<Inspection> {
  try {
    const { size } = await stat(file)
    const [contents, hash] = [await describeArchive(createReadStream(file)), await hashFile(file)]
    return await withTemporaryDirectory('inspect', async (directory) => {
      const project = join(directory, 'content')
      await unpackProject(createReadStream(file), project)
      return { hash, size, contents, ...(await examineProject(project, given, screen, signal)) }
    })
  } catch (error) {
    throw explain(error as Error, file)
  }
}

/** Downloads what is published. @throws {ByteNiteError} */
export async function inspectTag(tag: string, isEngine: boolean, context: InspectContext): Promise<Inspection> {
  const { given, screen, signal } = context
  const client = await connect(given, screen, signal)
  const { api, record } = await findPublished(client, tag, isEngine)
  return withTemporaryDirectory('inspect', async (directory) => {
    const file = join(directory, 'live.tar')
    await whileDownloading(tagOf(record), screen, (onProgress) => api.download(tagOf(record), file, { onProgress }))
    return inspectFile(file, context)
  })
}

/** A problem that keeps it from being packed is a finding, too: it was packed already. */
async function examineProject(
  project: string,
  given: GivenOptions,
  screen: Screen,
  signal: AbortSignal,
): Promise<Pick<Inspection, 'findings' | 'tag'>> {
  try {
    const options = resolve({ ...given, ...describeDirectory(project, given) }, screen, signal)
    const examined = await examine(options)
    return { tag: examined.tag, findings: findingsOf(examined, options) }
  } catch (error) {
    if (!isByteNiteError(error)) throw error
    return {
      tag: undefined,
      findings: [{ code: error.code, level: 'error', message: error.message, remedy: error.hint, docs: docsOf(error) }],
    }
  }
}

function resolve(options: object, screen: Screen, signal: AbortSignal): ResolvedOptions {
  const own = Object.fromEntries(Object.entries(options).filter(([name]) => !CONNECTION_NAMES.has(name)))
  return resolveOptions({ ...own, onWarning: screen.warn, signal } as PackOptions)
}

function findingsOf({ findings }: Examined, { checks }: ResolvedOptions): InspectedFinding[] {
  return findings
    .map((finding) => ({ ...finding, level: levelOf(finding, checks), remedy: finding.remedy ?? CHECKS[finding.code].remedy }))
    .filter(({ level }) => level !== 'off')
    .map(({ code, level, message, remedy }) => ({ code, level, message, remedy }))
}

function explain(error: Error, file: string): Error {
  if (error instanceof ArchiveError) {
    return new ByteNiteError('INVALID_ARCHIVE', `${file}: the archive ${error.reason}.`, { cause: error })
  }
  if (isByteNiteError(error) || !('syscall' in error)) return error
  return new ByteNiteError('UNREADABLE_FILE', `Cannot read ${file}: ${error.message}`, { cause: error })
}
