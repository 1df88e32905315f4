const CHUNK = 1024 * 1024

/** The body of the last request, in memory that is used again for the next one: new memory is slow. */
export class KeptBody {
  size = 0
  #memory = Buffer.alloc(64 * CHUNK)

  clear() {
    this.size = 0
  }

  /** @param {Buffer} bytes */
  write(bytes) {
    if (this.size + bytes.length > this.#memory.length) this.#grow()
    this.size += bytes.copy(this.#memory, this.size)
  }

  *chunks() {
    for (let position = 0; position < this.size; position += CHUNK) {
      yield this.#memory.subarray(position, Math.min(position + CHUNK, this.size))
    }
  }

  #grow() {
    const larger = Buffer.alloc(2 * this.#memory.length)
    this.#memory.copy(larger, 0, 0, this.size)
    this.#memory = larger
  }
}
