export interface Piece {
  bytes: Buffer
  /** Whether a new chunk starts with this piece. */
  startsChunk: boolean
}

const LINE_END = '\n'.charCodeAt(0)

/**
 * Cuts a text into chunks. Each ends with the line in which it reaches the size, so no line, word or character is cut in
 * two. The text is passed on as it comes: it may be larger than the memory.
 */
export async function* cutAtLineEnds(text: AsyncIterable<Buffer>, chunkSize: number): AsyncGenerator<Piece> {
  /** Bytes of the current chunk so far. */
  let size = 0
  for await (let rest of text) {
    while (rest.length > 0) {
      const lineEnd = rest.indexOf(LINE_END, Math.max(0, chunkSize - size - 1))
      const bytes = lineEnd === -1 ? rest : rest.subarray(0, lineEnd + 1)
      yield { bytes, startsChunk: size === 0 }
      size = lineEnd === -1 ? size + bytes.length : 0
      rest = rest.subarray(bytes.length)
    }
  }
}
