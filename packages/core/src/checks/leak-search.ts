import type { Inspect } from '../archive/reader.js'
import { ByteNiteError } from '../errors.js'
import { base64SpellingsOf, spellingsOf } from '../utils/secret-spellings.js'

/** A credential, and its name in messages. */
export interface KnownSecret {
  name: string
  value: string | undefined
}

/** Shorter values would match other files by chance. */
const MIN_LENGTH = 16
/** Bytes. Credentials leak into code and configuration, which are smaller. */
const MAX_FILE_SIZE = 8_000_000

interface Needle {
  bytes: Buffer
  what: string
}

/**
 * Searches the content of files for credentials, in plain text, escaped, and in base64, even across pieces of a file.
 * Throws an error that names the file and the position, never the value.
 */
export class LeakSearch {
  /** Bytes at the end of a piece in which a credential may begin that only the next piece completes. */
  readonly overlap: number
  readonly #needles: readonly Needle[]
  readonly #outcome: string
  /** The end of the previous piece of the same file. */
  #tail = Buffer.alloc(0)

  /** @param outcome what finding one means for the upload, as a sentence of the error */
  constructor(secrets: readonly KnownSecret[], outcome: string) {
    this.#needles = secrets.flatMap(({ name, value = '' }) => (value.length < MIN_LENGTH ? [] : needlesOf(name, value)))
    this.overlap = Math.max(1, ...this.#needles.map(({ bytes }) => bytes.length)) - 1
    this.#outcome = outcome
  }

  readonly inspect: Inspect = ({ name, source = name, size }, piece, position) => {
    // The manifest contains the registry's token by design.
    if (this.#needles.length === 0 || name === 'manifest.json' || size > MAX_FILE_SIZE) return
    if (position === 0) this.#tail = Buffer.alloc(0)
    if (this.#tail.length > 0) {
      this.#search(source, Buffer.concat([this.#tail, piece.subarray(0, this.overlap)]), position - this.#tail.length)
    }
    this.#search(source, piece, position)
    this.#tail = position + piece.length < size ? Buffer.from(piece.subarray(-this.overlap)) : Buffer.alloc(0)
  }

  #search(source: string, bytes: Buffer, position: number): void {
    for (const needle of this.#needles) {
      const found = bytes.indexOf(needle.bytes)
      if (found === -1) continue
      throw new ByteNiteError('SECRET_FOUND', `${source} contains ${needle.what} at byte ${position + found}. ${this.#outcome}`, {
        hint: 'Remove it from the code, and read it from the environment instead. If it was published before, revoke it and create a new one.',
      })
    }
  }
}

function needlesOf(name: string, value: string): Needle[] {
  return [
    ...spellingsOf(value).map((text) => ({ bytes: Buffer.from(text), what: `the ${name}` })),
    ...base64SpellingsOf(value).map((text) => ({ bytes: Buffer.from(text), what: `the ${name} in base64` })),
  ]
}
