import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import type { ArchivedFile } from 'bytenite-uploader/internal/archive-contents'
import { inParallel } from '../../utils/in-parallel.js'

/** The results of a job as they were, to be compared with those of the next one. */
export interface Snapshot {
  files: readonly ArchivedFile[]
  /** By path, of those files that are text and not too large. */
  texts: ReadonlyMap<string, string>
}

/** Bytes of one file, and of all together. Of what is larger, no lines are counted. */
const MAX_TEXT = 1024 * 1024
const MAX_TEXTS = 16 * 1024 * 1024

const AT_ONCE = 4

/** Reads files. @param names paths relative to the directory, with `/` */
export async function takeSnapshot(directory: string, names: readonly string[]): Promise<Snapshot> {
  const files: ArchivedFile[] = []
  const texts = new Map<string, string>()
  let left = MAX_TEXTS
  await inParallel(names, AT_ONCE, async (path) => {
    const digest = createHash('sha256')
    const kept: Buffer[] = []
    let size = 0
    for await (const chunk of createReadStream(join(directory, path)) as AsyncIterable<Buffer>) {
      digest.update(chunk)
      size += chunk.length
      if (size <= MAX_TEXT) kept.push(chunk)
    }
    files.push({ path, size, isExecutable: false, hash: digest.digest('hex') })
    const bytes = Buffer.concat(size <= Math.min(MAX_TEXT, left) ? kept : [])
    if (bytes.length < size || !isUtf8(bytes) || bytes.includes(0)) return
    left -= size
    texts.set(path, bytes.toString('utf8'))
  })
  return { files, texts }
}
