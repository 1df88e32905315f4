const HEAD = '{"data":"'
const QUOTE = HEAD.charCodeAt(HEAD.length - 1)

/** Decodes an upload's body, `{"data":"BASE64"}`, in whatever pieces it comes, and holds no more than one of them. */
export class UploadDecoder {
  #onBytes
  #head = ''
  /** Up to three characters, which wait for the rest of their group of four. */
  #group = ''
  /** What follows the base64; `undefined` before its end. @type {string | undefined} */
  #tail
  /** Filled again and again: new memory is slow. */
  #decoded = Buffer.alloc(0)

  /** @param {(bytes: Buffer) => void} onBytes takes the tar's bytes, which are there during the call only */
  constructor(onBytes) {
    this.#onBytes = onBytes
  }

  /** @param {Buffer} chunk */
  write(chunk) {
    const start = Math.min(HEAD.length - this.#head.length, chunk.length)
    this.#head += chunk.toString('latin1', 0, start)
    if (this.#tail !== undefined) this.#tail += chunk.toString('latin1')
    else {
      const quote = chunk.indexOf(QUOTE, start)
      this.#writeBase64(chunk, start, quote === -1 ? chunk.length : quote)
      if (quote !== -1) this.#tail = chunk.toString('latin1', quote)
    }
  }

  /** Whether all that was written is one whole body. */
  isComplete() {
    return this.#head === HEAD && this.#group === '' && this.#tail === '"}'
  }

  /**
   * @param {Buffer} chunk
   * @param {number} start
   * @param {number} end
   */
  #writeBase64(chunk, start, end) {
    let position = start
    if (this.#group !== '') {
      position = Math.min(start + 4 - this.#group.length, end)
      this.#group += chunk.toString('latin1', start, position)
      if (this.#group.length < 4) return
      this.#decode(this.#group)
    }
    const whole = end - ((end - position) % 4)
    if (whole > position) this.#decode(chunk.toString('latin1', position, whole))
    this.#group = chunk.toString('latin1', whole, end)
  }

  /** @param {string} text whole groups of four characters, which can be decoded alone */
  #decode(text) {
    if (this.#decoded.length < text.length) this.#decoded = Buffer.allocUnsafe(text.length)
    const length = this.#decoded.write(text, 'base64')
    this.#onBytes(this.#decoded.subarray(0, length))
  }
}
