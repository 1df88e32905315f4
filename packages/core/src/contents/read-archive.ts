import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract } from 'tar-stream'
import { isByteNiteError } from '../errors.js'
import { ArchiveError } from './archive-error.js'
import { EntryRules } from './entry-rules.js'

/** A file or a directory of an archive. */
export interface ArchiveEntry {
  /** Relative, with `/` between its parts, and without `.` or `..`. Empty for the root. */
  path: string
  isDirectory: boolean
  mode: number
  /** When it was last changed, as far as the archive says. */
  time: Date | undefined
  /** In bytes. */
  size: number
  /** To be read before the next entry; skipped otherwise. */
  content: AsyncIterable<Buffer>
}

/**
 * Reads a tar.
 * @throws {ArchiveError} when it is not a tar, or has an entry that breaks the rules
 */
export async function* readArchive(source: Readable): AsyncGenerator<ArchiveEntry> {
  const rules = new EntryRules()
  const tar = extract()
  const feeding = pipeline(source, tar).catch((error: unknown) => {
    tar.destroy(error as Error)
  })
  const entries = tar[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value: entry } = await entries.next().catch(explain)
      if (done) return
      const { type, mode = 0, size = 0, mtime: time } = entry.header
      yield { path: rules.check(entry.header), isDirectory: type === 'directory', mode, time, size, content: readContent(entry) }
      entry.resume()
    }
  } finally {
    tar.destroy()
    await feeding
  }
}

async function* readContent(entry: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of entry) yield chunk as Buffer
  } catch (error) {
    explain(error)
  }
}

/** An error of the file system, or of the packing of an archive that is read meanwhile, says nothing about the archive. */
function explain(error: unknown): never {
  const isOfSource = isByteNiteError(error) || (error as NodeJS.ErrnoException).syscall !== undefined
  throw isOfSource ? error : new ArchiveError(`is not a tar: ${(error as Error).message}`, { cause: error })
}
