import { isUtf8 } from 'node:buffer'
import type { Readable } from 'node:stream'
import { readArchive } from './read-archive.js'

/** Bytes of one file, and of all together. What is larger is not read as text. */
const MAX_TEXT = 4 * 1024 * 1024
const MAX_TEXTS = 64 * 1024 * 1024

/**
 * Reads files of an archive as text.
 * @returns by path, those that are text and not too large
 * @throws {ArchiveError}
 */
export async function readTexts(tar: Readable, paths: ReadonlySet<string>): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  let left = MAX_TEXTS
  for await (const { path, isDirectory, size, content } of readArchive(tar)) {
    if (isDirectory || !paths.has(path) || size > Math.min(left, MAX_TEXT)) continue
    const chunks: Buffer[] = []
    for await (const chunk of content) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    if (!isUtf8(bytes) || bytes.includes(0)) continue
    left -= size
    texts.set(path, bytes.toString('utf8'))
  }
  return texts
}
