import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { Archive } from '../archive/archive.js'
import type { ArchiveHash } from '../archive/hash.js'
import type { Manifest } from '../manifest/manifest.js'
import type { ManifestFile } from '../wire.js'

/** An archive that can be read more than once, from its beginning. */
export interface ReadableArchive {
  /** `name@version`. */
  tag: string
  hash: ArchiveHash
  /** Bytes. */
  size: number
  open(): Readable
}

/** One that was packed from a project. */
export interface PackedArchive extends ReadableArchive {
  kind: 'apps' | 'engines'
  manifest: ManifestFile
  /** Number of files under `app/`. */
  files: number
}

/** What was packed here. */
interface Packed {
  tag: string
  hash: ArchiveHash
  manifest: Manifest
  archive: Archive
}

export function packedArchive({ tag, hash, manifest, archive }: Packed, signal: AbortSignal | undefined): PackedArchive {
  const { size, files } = archive
  return {
    tag,
    hash,
    size,
    files,
    kind: manifest.kind,
    manifest: manifest.file,
    open: () => Readable.from(copied(archive.read({ signal }))),
  }
}

/** One in a file. */
export function archiveInFile(tag: string, hash: ArchiveHash, size: number, file: string): ReadableArchive {
  return { tag, hash, size, open: () => createReadStream(file) }
}

/** The memory of a chunk is reused for the next one, which a stream asks for before the last one was read. */
async function* copied(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of chunks) yield Buffer.from(chunk)
}
