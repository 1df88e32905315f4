import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { readArchive } from './read-archive.js'

/** A file of an archive. */
export interface ArchivedFile {
  path: string
  /** Bytes. */
  size: number
  isExecutable: boolean
  /** SHA-256 of the content, in hexadecimal digits. */
  hash: string
}

/** The files of a tar. @throws {ArchiveError} for one that cannot be unpacked */
export async function listFiles(tar: Readable): Promise<ArchivedFile[]> {
  const files: ArchivedFile[] = []
  for await (const { path, isDirectory, size, mode, content } of readArchive(tar)) {
    if (isDirectory) continue
    const digest = createHash('sha256')
    for await (const chunk of content) digest.update(chunk)
    files.push({ path, size, isExecutable: (mode & 0o111) !== 0, hash: digest.digest('hex') })
  }
  return files
}
