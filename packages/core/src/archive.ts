import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { pack as createPack, type Pack } from 'tar-stream'
import { toArchiveHash, type ArchiveHash } from './archive-hash.js'
import { END_SIZE, entryHeader, entrySize, type EntryHeader } from './archive-format.js'
import { ByteNiteError } from './errors.js'
import { unreadable, type SelectedFile } from './files.js'
import { serializeManifest, type Manifest } from './manifest.js'

/** Files over this many bytes are read in pieces. */
const CHUNK_SIZE = 256 * 1024

/** A tar that can be read as often as needed; nothing of it is kept in memory or on disk. */
export interface Archive {
  /** Number of files under `app/`. */
  readonly files: number
  /** Bytes of the tar, known before it is read. */
  readonly size: number
  /**
   * Reads the files once more and yields the tar's bytes. Each chunk is the reader's to keep.
   * @throws {ByteNiteError} `UNREADABLE_FILE`, `FILE_CHANGED`
   */
  read(): AsyncIterable<Uint8Array>
}

/** Lays out the archive: `manifest.json`, then `app/` with the files, each directory before what it holds. */
export function createArchive(manifest: Manifest, files: readonly SelectedFile[]): Archive {
  const manifestBytes = serializeManifest(manifest)
  const entries: Entry[] = [{ name: 'manifest.json', size: manifestBytes.length, content: manifestBytes }]
  const directories = new Set<string>()
  for (const file of files) {
    const name = `app/${file.path}`
    for (const directory of parents(name)) {
      if (directories.has(directory)) continue
      directories.add(directory)
      entries.push({ name: directory, size: 0 })
    }
    const isEntrypoint = file.path === manifest.file.entrypoint
    entries.push({ name, size: file.size, source: file.source, isEntrypoint })
  }
  return {
    files: files.length,
    size: entries.reduce((sum, { name, size }) => sum + entrySize(name, size), END_SIZE),
    read: () => readEntries(entries),
  }
}

/**
 * The SHA-256 of an archive's bytes.
 * @throws {ByteNiteError} as {@link Archive.read}
 */
export async function hashArchive(archive: Archive): Promise<ArchiveHash> {
  const hash = createHash('sha256')
  for await (const chunk of archive.read()) hash.update(chunk)
  return toArchiveHash(hash.digest())
}

/** A directory has neither `content` nor `source`. */
interface Entry {
  name: string
  size: number
  content?: Buffer
  source?: string
  isEntrypoint?: boolean
}

/** `app/a/b.js` → `app/`, `app/a/`. */
function parents(name: string): string[] {
  const parts = name.split('/').slice(0, -1)
  return parts.map((_, index) => `${parts.slice(0, index + 1).join('/')}/`)
}

async function* readEntries(entries: readonly Entry[]): AsyncGenerator<Uint8Array> {
  const pack = createPack()
  const writing = writeEntries(pack, entries).catch((error: Error) => pack.destroy(error))
  try {
    yield* pack as AsyncIterable<Uint8Array>
  } finally {
    pack.destroy()
    await writing
  }
}

async function writeEntries(pack: Pack, entries: readonly Entry[]): Promise<void> {
  for (const entry of entries) {
    if (entry.source !== undefined) await writeFileEntry(pack, entry, entry.source)
    else if (entry.content !== undefined) {
      await writeEntry(pack, entryHeader(entry.name, 'file', entry.size), [entry.content])
    } else await writeEntry(pack, entryHeader(entry.name, 'directory', 0), [])
  }
  pack.finalize()
}

async function writeFileEntry(pack: Pack, entry: Entry, source: string): Promise<void> {
  const chunks = readChunks(source, entry.size)
  try {
    const { value: first } = await chunks.next()
    const isExecutable = entry.isEntrypoint === true || first?.subarray(0, 2).toString('latin1') === '#!'
    const header = entryHeader(entry.name, isExecutable ? 'executable' : 'file', entry.size)
    await writeEntry(pack, header, prepend(first, chunks))
  } finally {
    // Closes the file, also when the archive's reader went away.
    await chunks.return(undefined)
  }
}

async function* prepend<T>(first: T | undefined, rest: AsyncIterable<T>): AsyncGenerator<T> {
  if (first !== undefined) yield first
  yield* rest
}

function writeEntry(
  pack: Pack,
  header: EntryHeader,
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error | null): void => (error ? reject(error) : resolve())
    const sink = pack.entry(header, settle)
    sink.on('error', settle)
    feed(sink, chunks).catch((error: Error) => sink.destroy(error))
  })
}

type Sink = ReturnType<Pack['entry']>

async function feed(sink: Sink, chunks: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of chunks) {
    if (!sink.write(chunk)) await drained(sink)
    if (sink.destroyed) return
  }
  sink.end(null)
}

/** Resolves when a sink takes more, or never will. */
function drained(sink: Sink): Promise<void> {
  return new Promise((resolve) => {
    if (sink.destroyed) return resolve()
    const done = (): void => {
      sink.off('drain', done)
      sink.off('close', done)
      resolve()
    }
    sink.on('drain', done)
    sink.on('close', done)
  })
}

/** Yields a file's bytes in buffers of their own, and makes sure that there are as many as expected. */
async function* readChunks(source: string, size: number): AsyncGenerator<Buffer, undefined> {
  const file = await open(source).catch((error: unknown) => {
    throw unreadable(source, error)
  })
  try {
    let position = 0
    while (position < size) {
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK_SIZE, size - position))
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position).catch((error: unknown) => {
        throw unreadable(source, error)
      })
      if (bytesRead === 0) throw changed(source)
      position += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
    if ((await file.stat()).size !== size) throw changed(source)
  } finally {
    await file.close()
  }
}

function changed(source: string): ByteNiteError {
  return new ByteNiteError('FILE_CHANGED', `${source} changed while it was being packed.`, {
    hint: 'Something still writes to the output directory: let the build finish first, then publish.',
  })
}
