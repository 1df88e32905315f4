import { KEPT } from '../http/exchange.js'

/**
 * Bytes that are encoded at a time, a multiple of three. Larger windows are up to ten times slower, because the text is no
 * longer short-lived. Smaller ones cost more calls. This size also shows progress on a slow line.
 */
export const WINDOW: number = 48 * 1024

/** Bytes of the text of a window. */
const TEXT = (WINDOW / 3) * 4
const SLOTS = KEPT / TEXT + 1

/**
 * Encodes a stream of bytes in windows of the same size, into memory that is used again: new memory for each window would
 * cost as much time as encoding does.
 */
export class Base64Windows {
  readonly #slots: readonly Buffer[] = Array.from({ length: SLOTS }, () => Buffer.allocUnsafeSlow(TEXT))
  #slot = 0
  /** A window that is not full yet. */
  readonly #begun: Buffer = Buffer.allocUnsafeSlow(WINDOW)
  #filled = 0

  /** The text of the bytes that are left. */
  end(): Buffer {
    return Buffer.from(toBuffer(this.#begun.subarray(0, this.#filled)).toString('base64'), 'latin1')
  }

  /**
   * Takes bytes, and yields the text of each window that is complete.
   * @yields text that stays as it is until {@link KEPT} more bytes were requested
   */
  *encode(bytes: Uint8Array): Generator<Buffer, void, undefined> {
    let position = 0
    if (this.#filled > 0) {
      position = this.#fill(bytes)
      if (this.#filled < WINDOW) return
      this.#filled = 0
      yield this.#textOf(this.#begun)
    }
    for (; bytes.length - position >= WINDOW; position += WINDOW) yield this.#textOf(bytes.subarray(position, position + WINDOW))
    this.#fill(bytes.subarray(position))
  }

  /** @returns how many bytes had room */
  #fill(bytes: Uint8Array): number {
    const part = bytes.subarray(0, WINDOW - this.#filled)
    this.#begun.set(part, this.#filled)
    this.#filled += part.length
    return part.length
  }

  #textOf(window: Uint8Array): Buffer {
    const slot = this.#slots[this.#slot] as Buffer
    this.#slot = (this.#slot + 1) % SLOTS
    slot.write(toBuffer(window).toString('base64'), 'latin1')
    return slot
  }
}

function toBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
