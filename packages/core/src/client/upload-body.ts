import { createHash } from 'node:crypto'
import type { Archive } from '../archive.js'
import type { ArchiveHash } from '../archive-hash.js'
import { ByteNiteError } from '../errors.js'
import { createMeter, type Progress } from '../progress.js'

const HEAD = '{"data":"'
const TAIL = '"}'

/** Bytes that are encoded at a time, a multiple of three: small, so that progress shows on a slow line too. */
const WINDOW = 48 * 1024

/** Bytes of the request's body for an archive: its JSON frame and four characters for every three bytes. */
export function uploadBodySize(archive: Archive): number {
  return HEAD.length + 4 * Math.ceil(archive.size / 3) + TAIL.length
}

/**
 * The body of an upload, `{"data": base64(tar)}`, as a stream: it is never in memory as a whole.
 * Each call reads the archive anew. An archive that is not the one that was hashed stops the body before its last byte,
 * so that a wrong upload is never a complete one.
 * @throws {ByteNiteError} `FILE_CHANGED`, and as {@link Archive.read}
 */
export async function* uploadBody(
  archive: Archive,
  hash: ArchiveHash,
  onProgress: (progress: Progress) => void = () => {},
): AsyncGenerator<Buffer> {
  const digest = createHash('sha256')
  const count = createMeter(archive.size, onProgress)
  count(0)
  yield Buffer.from(HEAD)
  let rest: Uint8Array = Buffer.alloc(0)
  for await (const chunk of archive.read()) {
    digest.update(chunk)
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    // Only whole groups of three bytes can be encoded before the end without padding in between.
    const whole = bytes.length - (bytes.length % 3)
    for (let position = 0; position < whole; position += WINDOW) {
      const window = bytes.subarray(position, Math.min(position + WINDOW, whole))
      yield encode(window)
      count(window.length)
    }
    rest = bytes.subarray(whole)
  }
  if (digest.digest('hex') !== hash.hex) throw changedOnTheWay()
  yield Buffer.concat([encode(rest), Buffer.from(TAIL)])
  count(rest.length)
}

function encode(bytes: Uint8Array): Buffer {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  return Buffer.from(text, 'latin1')
}

function changedOnTheWay(): ByteNiteError {
  return new ByteNiteError('FILE_CHANGED', 'The output changed between packing and sending it; the upload was stopped.', {
    hint: 'Something still writes to the output directory: let the build finish first, then publish.',
  })
}
