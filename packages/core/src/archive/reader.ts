import { closeSync } from 'node:fs'
import { entryHeader, type EntryHeader } from './format.js'
import { changed } from '../output/file-errors.js'
import { checkUnchanged, openSelected, readInto, type FileOnDisk, type SelectedFile } from '../output/selected-file.js'
import { TarWriter } from './tar-writer.js'

/** One entry of an archive. A directory has neither `content` nor `source`. */
export interface Entry extends Omit<SelectedFile, 'path'> {
  name: string
  isEntrypoint?: boolean
}

/**
 * Called with the content of a file as it is read, in one or more consecutive pieces. A piece is only valid during the call.
 * @param position offset of the piece in the file
 */
export type Inspect = (entry: Entry, piece: Buffer, position: number) => void

/** Bytes of whole files that are read before they are passed on. Larger files are read in pieces. */
const SLAB_SIZE = 512 * 1024
const PIECE_SIZE = 256 * 1024
/** Bytes of headers and small files that are passed on as one chunk. */
const BLOCK_SIZE = 192 * 1024
/** Entries passed to tar-stream at once. More would only queue up there. */
const MAX_BATCH = 64

/**
 * Yields a tar of these entries. Memory is reused, so a chunk is only valid until the next one is requested.
 *
 * Reads files synchronously, into the memory that is then yielded. A stream for each file would cost fifty times as much,
 * and asynchronous reads from the page cache cost more than they save.
 * @throws {ByteNiteError} `UNREADABLE_FILE`, `FILE_CHANGED`
 */
export async function* readEntries(entries: Iterable<Entry>, mtime: Date, inspect?: Inspect): AsyncGenerator<Buffer, void, undefined> {
  const tar = new TarWriter()
  const block = Buffer.allocUnsafeSlow(BLOCK_SIZE)
  let filled = 0
  const slab = Buffer.allocUnsafeSlow(SLAB_SIZE + 1)
  let position = 0

  /** Joins small chunks. */
  async function* joined(chunks: Iterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
    for (const chunk of chunks) {
      const isLarge = chunk.length > BLOCK_SIZE / 4
      if (filled > 0 && (isLarge || filled + chunk.length > BLOCK_SIZE)) {
        yield block.subarray(0, filled)
        filled = 0
      }
      if (isLarge) yield chunk
      else filled += chunk.copy(block, filled)
    }
  }

  try {
    for (const entry of entries) {
      const { size } = entry
      const file = isOnDisk(entry) ? entry : undefined
      const isLarge = file !== undefined && size > SLAB_SIZE
      const isFull = tar.waiting === MAX_BATCH || (file !== undefined && position + size > SLAB_SIZE)
      if (isLarge || isFull) {
        yield* joined(await tar.take())
        position = 0
      }
      if (file === undefined && entry.content !== undefined) inspect?.(entry, entry.content, 0)
      if (file === undefined) tar.add(headerOf(entry, mtime, entry.content), entry.content)
      else if (isLarge) {
        for await (const chunks of readInPieces(tar, entry, file, slab, mtime, inspect)) yield* joined(chunks)
      } else {
        const content = readWhole(file, size, slab.subarray(position))
        inspect?.(entry, content, 0)
        tar.add(headerOf(entry, mtime, content), content)
        position += size
      }
    }
    tar.end()
    yield* joined(await tar.take())
    yield block.subarray(0, filled)
  } finally {
    tar.destroy()
  }
}

function isOnDisk(entry: Entry): entry is Entry & FileOnDisk {
  return entry.source !== undefined
}

function headerOf({ name, size, isEntrypoint }: Entry, mtime: Date, start: Buffer | undefined): EntryHeader {
  if (start === undefined) return entryHeader(name, 'directory', 0, mtime)
  const isExecutable = isEntrypoint === true || start.toString('latin1', 0, 2) === '#!'
  return entryHeader(name, isExecutable ? 'executable' : 'file', size, mtime)
}

/** @param room a buffer one byte larger than the file, to detect growth */
function readWhole(file: FileOnDisk, size: number, room: Buffer): Buffer {
  const handle = openSelected(file)
  try {
    if (readInto(handle, file.source, room.subarray(0, size + 1), size) !== size) throw changed(file.source)
    checkUnchanged(handle, file)
    return room.subarray(0, size)
  } finally {
    closeSync(handle)
  }
}

/** Yields the tar bytes of one entry, piece by piece. */
async function* readInPieces(
  tar: TarWriter,
  entry: Entry,
  file: FileOnDisk,
  slab: Buffer,
  mtime: Date,
  inspect: Inspect | undefined,
): AsyncGenerator<Iterable<Buffer>, void, undefined> {
  const { source } = file
  const handle = openSelected(file)
  try {
    for (let position = 0; position < entry.size; position += PIECE_SIZE) {
      const length = Math.min(PIECE_SIZE, entry.size - position)
      const piece = slab.subarray(0, length)
      if (readInto(handle, source, piece, length) !== length) throw changed(source)
      inspect?.(entry, piece, position)
      if (position === 0) tar.begin(headerOf(entry, mtime, piece))
      tar.append(piece)
      yield await tar.take()
    }
    if (readInto(handle, source, Buffer.allocUnsafe(1), 1) !== 0) throw changed(source)
    checkUnchanged(handle, file)
    tar.finish()
    yield await tar.take()
  } finally {
    closeSync(handle)
  }
}
