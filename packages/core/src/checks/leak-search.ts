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
 * @returns `undefined` if there are no credentials to search for
 */
export function createLeakSearch(secrets: readonly KnownSecret[]): Inspect | undefined {
  const needles = secrets.flatMap(({ name, value = '' }) => (value.length < MIN_LENGTH ? [] : needlesOf(name, value)))
  if (needles.length === 0) return undefined
  const overlap = Math.max(...needles.map(({ bytes }) => bytes.length)) - 1
  /** The end of the previous piece of the same file. */
  let tail = Buffer.alloc(0)
  return ({ name, source = name, size }, piece, position) => {
    // The manifest contains the registry's token by design.
    if (name === 'manifest.json' || size > MAX_FILE_SIZE) return
    if (position === 0) tail = Buffer.alloc(0)
    if (tail.length > 0) search(needles, source, Buffer.concat([tail, piece.subarray(0, overlap)]), position - tail.length)
    search(needles, source, piece, position)
    tail = position + piece.length < size ? Buffer.from(piece.subarray(-overlap)) : Buffer.alloc(0)
  }
}

function search(needles: readonly Needle[], source: string, bytes: Buffer, position: number): void {
  for (const needle of needles) {
    const found = bytes.indexOf(needle.bytes)
    if (found === -1) continue
    throw new ByteNiteError('SECRET_FOUND', `${source} contains ${needle.what} at byte ${position + found}. Nothing was uploaded.`, {
      hint: 'Remove it from the code, and read it from the environment instead. If it was published before, revoke it and create a new one.',
    })
  }
}

function needlesOf(name: string, value: string): Needle[] {
  return [
    ...spellingsOf(value).map((text) => ({ bytes: Buffer.from(text), what: `the ${name}` })),
    ...base64SpellingsOf(value).map((text) => ({ bytes: Buffer.from(text), what: `the ${name} in base64` })),
  ]
}
