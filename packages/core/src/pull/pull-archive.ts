import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { ArchiveHash } from '../archive/hash.js'
import type { DownloadOptions } from '../client/api/download.js'
import type { PublishedApi } from '../client/api/published-api.js'
import { ArchiveError } from '../contents/archive-error.js'
import { ByteNiteError, isByteNiteError } from '../errors.js'
import type { AppRecord } from '../wire.js'
import { unpackProject } from './unpack-project.js'

/** A published archive, unpacked: `manifest.json`, `template.json` and `schema.json` beside `app/`. */
export interface PulledArchive {
  /** Absolute path. */
  directory: string
  hash: ArchiveHash
  /** Whether the platform's record has a hash. If it does, it equals `hash`. */
  verified: boolean
  /** Whether the manifest had the login of a private registry, which was left out. */
  hadLogin: boolean
}

/**
 * Downloads an archive and unpacks it. A directory that is absent appears as a whole. One that is there stays the same directory: a shell
 * may be in it, and it may be a mount point or have rights of its own.
 * @param target a directory that is empty or absent
 * @throws {ByteNiteError} `INVALID_OPTION`, `INVALID_ARCHIVE`, `ARCHIVE_NOT_WRITTEN`, and the errors of a download
 */
export async function pullArchive(
  api: PublishedApi<AppRecord>,
  tag: string,
  target: string,
  onProgress?: DownloadOptions['onProgress'],
): Promise<PulledArchive> {
  const directory = resolve(target)
  const isThere = await requireEmpty(directory)
  const suffix = `.${randomBytes(6).toString('hex')}.tmp`
  const temporary = isThere ? join(directory, suffix) : `${directory}${suffix}`
  try {
    const tar = join(temporary, 'archive.tar')
    await mkdir(dirname(temporary), { recursive: true })
    // The archive may have the login of a private registry in it.
    await mkdir(temporary, { mode: 0o700 })
    const { hash, verified } = await api.download(tag, tar, { onProgress })
    const content = join(temporary, 'content')
    const { hadLogin } = await unpackProject(createReadStream(tar), content)
    if (isThere) await fill(directory, content, temporary)
    else await rename(content, directory)
    return { directory, hash, verified, hadLogin }
  } catch (error) {
    throw explain(error as Error, tag, directory)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** @returns whether it is there */
async function requireEmpty(directory: string, except?: string): Promise<boolean> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new ByteNiteError('INVALID_OPTION', `Cannot unpack into ${directory}: ${error.message}`, {
      hint: 'Choose another directory with -o.',
      cause: error,
    })
  })
  if (names === undefined || names.every((name) => name === except)) return names !== undefined
  throw new ByteNiteError('INVALID_OPTION', `${directory} is not empty. Nothing was changed.`, {
    hint: 'Choose another directory with -o, or remove what is in it yourself.',
  })
}

/** Moves all that is in one directory into another, in which nothing may have come meanwhile. */
async function fill(directory: string, content: string, temporary: string): Promise<void> {
  await requireEmpty(directory, basename(temporary))
  for (const name of await readdir(content)) await rename(join(content, name), join(directory, name))
}

function explain(error: Error, tag: string, directory: string): Error {
  if (isByteNiteError(error)) return error
  if (error instanceof ArchiveError) {
    return new ByteNiteError('INVALID_ARCHIVE', `The archive of ${tag} ${error.reason}. Nothing was unpacked.`, { cause: error })
  }
  if (!('syscall' in error)) return error
  return new ByteNiteError('ARCHIVE_NOT_WRITTEN', `Could not unpack ${tag} into ${directory}: ${error.message}`, {
    hint: 'Make that place writable, or choose another one with -o.',
    cause: error,
  })
}
