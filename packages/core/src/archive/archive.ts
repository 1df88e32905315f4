import { setImmediate } from 'node:timers/promises'
import { DEFAULT_MTIME, END_SIZE, entrySize } from './format.js'
import type { ArchiveHash } from './hash.js'
import { createHasher } from './hasher.js'
import { readEntries, type Entry, type Inspect } from './reader.js'
import type { Selection } from '../output/select-files.js'
import { serializeManifest, type Manifest } from '../manifest/manifest.js'
import type { JobTemplate } from '../wire.js'

/** A tar that can be read any number of times. It is never kept in memory or on disk. */
export interface Archive {
  /** Number of files under `app/`. */
  readonly files: number
  /** Bytes of the tar, known before it is read. */
  readonly size: number
  /**
   * Reads the files again and yields the tar's bytes. A chunk is only valid until the next one is requested, because its
   * memory is reused.
   * @throws {ByteNiteError} `UNREADABLE_FILE`, `FILE_CHANGED`
   * @throws any error from `inspect`, and the reason of `signal`
   */
  read(options?: ReadOptions): AsyncIterable<Uint8Array>
}

export interface ReadOptions {
  /** Called with the content of each file as it is read. */
  inspect?: Inspect | undefined
  /** Stops the reading. */
  signal?: AbortSignal | undefined
}

/** The parts of an archive besides the manifest and the files of the output. */
export interface ArchiveOptions {
  /** The time of every entry. @default 1980-01-01 */
  mtime?: Date | undefined
  /** Becomes `schema.json`. @default none */
  schema?: object | boolean | undefined
  /** Becomes `template.json`. @default none */
  template?: JobTemplate | undefined
}

/**
 * Lays out the archive: `manifest.json`, `schema.json`, `template.json`, then `app/` with the files. Each directory comes
 * before its content.
 */
export function createArchive(manifest: Manifest, selection: Selection, options: ArchiveOptions = {}): Archive {
  const { mtime = DEFAULT_MTIME, schema, template } = options
  const beside = [
    contentEntry('manifest.json', serializeManifest(manifest)),
    ...jsonEntry('schema.json', schema),
    ...jsonEntry('template.json', template),
  ]
  let size = END_SIZE
  for (const entry of entriesOf(manifest, selection, beside)) size += entrySize(entry.name, entry.size)
  return {
    files: selection.files.length,
    size,
    read({ inspect, signal } = {}) {
      const chunks = readEntries(entriesOf(manifest, selection, beside), mtime, inspect)
      return signal === undefined ? chunks : stoppable(chunks, signal)
    },
  }
}

function contentEntry(name: string, content: Buffer): Entry {
  return { name, size: content.length, content }
}

function jsonEntry(name: string, value: unknown): Entry[] {
  return value === undefined ? [] : [contentEntry(name, Buffer.from(`${JSON.stringify(value, null, 2)}\n`))]
}

/** Created again for each read, because a hundred thousand entries would take more memory than everything else. */
function* entriesOf(
  manifest: Manifest,
  { files, emptyDirectories }: Selection,
  beside: readonly Entry[],
): Generator<Entry, void, undefined> {
  yield* beside
  const seen = new Set<string>()
  for (const { path, ...file } of files) {
    const name = `app/${path}`
    yield* parentsOf(name, seen)
    yield { name, ...file, isEntrypoint: path === manifest.file.entrypoint }
  }
  for (const path of emptyDirectories) yield* parentsOf(`app/${path}/`, seen)
}

/** `app/a/b.js` → `app/`, `app/a/`, except those already seen. */
function* parentsOf(name: string, seen: Set<string>): Generator<Entry, void, undefined> {
  for (let end = name.indexOf('/'); end !== -1; end = name.indexOf('/', end + 1)) {
    const directory = name.slice(0, end + 1)
    if (seen.has(directory)) continue
    seen.add(directory)
    yield { name: directory, size: 0 }
  }
}

/**
 * The SHA-256 of an archive's bytes.
 * @throws as {@link Archive.read}
 */
export async function hashArchive(archive: Archive, options?: ReadOptions): Promise<ArchiveHash> {
  const hasher = await createHasher(archive.size)
  try {
    for await (const chunk of archive.read(options)) await hasher.update(chunk)
    return await hasher.digest()
  } finally {
    await hasher.close()
  }
}

/** Bytes between two yields to the event loop. Reading is synchronous, so the signal could not abort it otherwise. */
const TURN = 8 * 1024 * 1024

async function* stoppable(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  let sinceTurn = 0
  signal.throwIfAborted()
  for await (const chunk of chunks) {
    yield chunk
    sinceTurn += chunk.length
    if (sinceTurn < TURN) continue
    sinceTurn = 0
    await setImmediate()
    signal.throwIfAborted()
  }
}
