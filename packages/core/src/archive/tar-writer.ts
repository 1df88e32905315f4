import { pack as createPack, type Pack } from 'tar-stream'
import { END_SIZE, entrySize, headerSize, type EntryHeader } from './format.js'

type Sink = ReturnType<Pack['entry']>

/**
 * Drives tar-stream step by step: add entries, then take all of their bytes. Content is not copied but comes back in the
 * same memory, so do not reuse that memory before {@link TarWriter.take} has returned it. Every byte is counted. Otherwise
 * a stream that returned content late would go unnoticed, and the tar would contain whatever the memory holds by then.
 */
export class TarWriter {
  // So that it never waits for its reader.
  readonly #pack: Pack = createPack({ highWaterMark: Number.MAX_SAFE_INTEGER })
  #current: Sink | undefined
  #padding = 0
  #error: Error | undefined
  /** Bytes added, including headers, but not yet taken. */
  #owed = 0
  /** Entries added but not yet taken. */
  waiting = 0

  /** @param content `undefined` for a directory */
  add(header: EntryHeader, content: Buffer | undefined): void {
    this.waiting++
    this.#owed += entrySize(header.name, header.size ?? 0)
    if (content === undefined) this.#pack.entry(header, this.#noteError)
    else this.#pack.entry(header, content, this.#noteError)
  }

  /** Begins an entry whose content is appended in pieces. */
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

  /** Ends the current entry. */
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

  /** Returns the bytes of everything added since the last call. */
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
