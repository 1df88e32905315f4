import { createHash } from 'node:crypto'
import { DEFAULT_MTIME, END_SIZE, entrySize } from './archive-format.js'
import { toArchiveHash, type ArchiveHash } from './archive-hash.js'
import { readEntries, type Entry, type Inspect } from './archive-reader.js'
import type { Selection } from './files.js'
import { serializeManifest, type Manifest } from './manifest.js'

/** A tar that can be read as often as needed; nothing of it is kept in memory or on disk. */
export interface Archive {
  /** Number of files under `app/`. */
  readonly files: number
  /** Bytes of the tar, known before it is read. */
  readonly size: number
  /**
   * Reads the files once more and yields the tar's bytes. A chunk is good until the next one is asked for: its memory is
   * used again then.
   * @param inspect sees the content of the files as it passes; what it throws ends the reading
   * @throws {ByteNiteError} `UNREADABLE_FILE`, `FILE_CHANGED`
   */
  read(inspect?: Inspect): AsyncIterable<Uint8Array>
}

/**
 * Lays out the archive: `manifest.json`, then `app/` with the files, each directory before what it holds.
 * @param mtime of every entry
 */
export function createArchive(
  manifest: Manifest,
  { files, emptyDirectories }: Selection,
  mtime: Date = DEFAULT_MTIME,
): Archive {
  const content = serializeManifest(manifest)
  const entries: Entry[] = [{ name: 'manifest.json', size: content.length, content }]
  const directories = new Set<string>()
  const addParents = (name: string): void => {
    for (let end = name.indexOf('/'); end !== -1; end = name.indexOf('/', end + 1)) {
      const directory = name.slice(0, end + 1)
      if (directories.has(directory)) continue
      directories.add(directory)
      entries.push({ name: directory, size: 0 })
    }
  }
  for (const { path, source, size } of files) {
    const name = `app/${path}`
    addParents(name)
    entries.push({ name, size, source, ...(path === manifest.file.entrypoint && { isEntrypoint: true }) })
  }
  for (const path of emptyDirectories) addParents(`app/${path}/`)
  const size = entries.reduce((sum, entry) => sum + entrySize(entry.name, entry.size), END_SIZE)
  return { files: files.length, size, read: (inspect) => readEntries(entries, mtime, inspect) }
}

/**
 * The SHA-256 of an archive's bytes.
 * @param inspect as for {@link Archive.read}
 * @throws {ByteNiteError} as {@link Archive.read}
 */
export async function hashArchive(archive: Archive, inspect?: Inspect): Promise<ArchiveHash> {
  const hash = createHash('sha256')
  for await (const chunk of archive.read(inspect)) hash.update(chunk)
  return toArchiveHash(hash.digest())
}
