import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { readArchive } from './read-archive.js'

/**
 * Unpacks an archive into an empty directory. Replaces no file.
 * @throws {ArchiveError} for one that cannot be unpacked
 * @throws {Error} of the file system
 */
export async function unpack(tar: Readable, directory: string): Promise<void> {
  for await (const { path, isDirectory, mode, content } of readArchive(tar)) {
    const target = join(directory, path)
    await mkdir(isDirectory ? target : dirname(target), { recursive: true })
    if (!isDirectory) await pipeline(content, createWriteStream(target, { mode: mode & 0o111 ? 0o755 : 0o644, flags: 'wx' }))
  }
}
