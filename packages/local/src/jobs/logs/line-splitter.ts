import { StringDecoder } from 'node:string_decoder'

/** Bytes. A longer line arrives in pieces. */
const MAX_LENGTH = 64 * 1024
const LINE_BREAK = 10

/** Splits a stream of UTF-8 into lines, in constant memory. A carriage return does not end a line. */
export class LineSplitter {
  readonly #onLines: (lines: string[]) => void
  readonly #decoder = new StringDecoder('utf8')
  #rest: Buffer[] = []
  #length = 0

  constructor(onLines: (lines: string[]) => void) {
    this.#onLines = onLines
  }

  push(piece: Buffer): void {
    const lines: string[] = []
    let start = 0
    while (start < piece.length) {
      const lineBreak = piece.indexOf(LINE_BREAK, start)
      const end = Math.min(lineBreak === -1 ? piece.length : lineBreak, start + MAX_LENGTH - this.#length)
      this.#keep(piece.subarray(start, end))
      start = end
      if (end === lineBreak) {
        lines.push(withoutReturn(this.#take() + this.#decoder.end()))
        start++
      } else if (this.#length === MAX_LENGTH) lines.push(this.#take())
    }
    if (lines.length > 0) this.#onLines(lines)
  }

  /** Passes on what came after the last line break. */
  end(): void {
    if (this.#length > 0) this.#onLines([withoutReturn(this.#take() + this.#decoder.end())])
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return
    // The piece's memory may be used again.
    this.#rest.push(Buffer.from(bytes))
    this.#length += bytes.length
  }

  #take(): string {
    const text = this.#decoder.write(Buffer.concat(this.#rest))
    this.#rest = []
    this.#length = 0
    return text
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
