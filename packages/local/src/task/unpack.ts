import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { readArchive } from '../archive/read-archive.js'

/**
 * Unpacks a tar into a directory.
 * @returns the paths of its files, relative to the directory
 * @throws {ArchiveError} when it is not a tar, or has an entry that breaks the rules
 * @throws the reason of `signal`
 */
export async function unpackArchive(source: Readable, directory: string, signal?: AbortSignal): Promise<ReadonlySet<string>> {
  const files = new Set<string>()
  for await (const { path, isDirectory, mode, content } of readArchive(source)) {
    signal?.throwIfAborted()
    const target = join(directory, path)
    await mkdir(isDirectory ? target : dirname(target), { recursive: true })
    if (isDirectory) continue
    await pipeline(content, createWriteStream(target, { mode: mode & 0o777, flags: 'wx' }), { signal })
    files.add(path)
  }
  return files
}
