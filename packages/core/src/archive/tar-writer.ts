import { pack as createPack, type Pack } from 'tar-stream'
import { END_SIZE, entrySize, headerSize, type EntryHeader } from './format.js'

type Sink = ReturnType<Pack['entry']>

/**
 * tar-stream, used in steps: something goes in, and then all of its bytes come out. Content is not copied: it comes out
 * as the very memory that went in, so the memory must not be used for anything else until {@link TarWriter.take} has
 * given it back. Every byte is counted, because a stream that gives back later than asked would go unnoticed: the tar
 * would hold what is in the memory by then.
 */
export class TarWriter {
  // It never has to wait for its reader.
  readonly #pack: Pack = createPack({ highWaterMark: Number.MAX_SAFE_INTEGER })
  #current: Sink | undefined
  #padding = 0
  #error: Error | undefined
  /** Bytes that went in, with their headers, and have not come out. */
  #owed = 0
  /** Entries of which that is so. */
  waiting = 0

  /** @param content `undefined` for a directory */
  add(header: EntryHeader, content: Buffer | undefined): void {
    this.waiting++
    this.#owed += entrySize(header.name, header.size ?? 0)
    if (content === undefined) this.#pack.entry(header, this.#noteError)
    else this.#pack.entry(header, content, this.#noteError)
  }

  /** Begins an entry whose content comes in pieces. */
  begin(header: EntryHeader): void {
    const size = header.size ?? 0
    const before = headerSize(header.name, size)
    this.#padding = entrySize(header.name, size) - before - size
    this.#owed += before
    this.#current = this.#pack.entry(header, this.#noteError)
    this.#current.on('error', this.#noteError)
  }

  append(piece: Buffer): void {
    this.#owed += piece.length
    this.#current?.write(piece)
  }

  /** Ends the entry that was begun. */
  finish(): void {
    this.#owed += this.#padding
    this.#current?.end(null)
    this.#current = undefined
  }

  /** Ends the tar. */
  end(): void {
    this.#owed += END_SIZE
    this.#pack.finalize()
  }

  /** All the bytes of what went in. */
  async take(): Promise<Buffer[]> {
    const chunks: Buffer[] = []
    while (this.#owed > 0) {
      const chunk = this.#pack.read() as Buffer | null
      if (chunk === null) {
        if (this.#error !== undefined) throw this.#error
        await new Promise((resolve) => setImmediate(resolve))
      } else {
        chunks.push(chunk)
        this.#owed -= chunk.length
      }
    }
    if (this.#owed < 0) throw new Error(`tar-stream wrote ${-this.#owed} bytes too many`)
    this.waiting = 0
    return chunks
  }

  destroy(): void {
    this.#pack.destroy(null)
  }

  readonly #noteError = (error?: Error | null): void => {
    this.#error ??= error ?? undefined
  }
}
