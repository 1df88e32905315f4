import { createHash } from 'node:crypto'
import type { Archive } from '../../archive/archive.js'
import type { ArchiveHash } from '../../archive/hash.js'
import { ByteNiteError } from '../../errors.js'
import { createMeter, type Progress } from './progress.js'

const HEAD = '{"data":"'
const TAIL = '"}'

/**
 * Bytes that are encoded at a time, a multiple of three. Larger windows are up to ten times as slow: the text would no
 * longer be a short-lived one. Smaller ones cost more calls; and progress shows on a slow line.
 */
const WINDOW = 48 * 1024

/** Bytes of the request's body for an archive: its JSON frame and four characters for every three bytes. */
export function uploadBodySize(archive: Archive): number {
  return HEAD.length + 4 * Math.ceil(archive.size / 3) + TAIL.length
}

/**
 * The body of an upload, `{"data": base64(tar)}`, as a stream: it is never in memory as a whole. Each call reads the
 * archive anew. An archive that is not the one that was hashed stops the body before its last byte, so that a wrong
 * upload is never a complete one.
 * @throws {ByteNiteError} `FILE_CHANGED`, and as {@link Archive.read}
 */
export async function* uploadBody(
  archive: Archive,
  hash: ArchiveHash,
  onProgress: (progress: Progress) => void = () => {},
): AsyncGenerator<Buffer, void, undefined> {
  const digest = createHash('sha256')
  const count = createMeter(archive.size, onProgress)
  count(0)
  yield Buffer.from(HEAD)
  /** Up to two bytes that wait for the third: only whole groups can be encoded without padding in between. */
  let rest: Buffer = Buffer.alloc(0)
  for await (const bytes of archive.read()) {
    digest.update(bytes)
    const missing = (3 - rest.length) % 3
    if (rest.length > 0) {
      rest = Buffer.concat([rest, bytes.subarray(0, missing)])
      if (rest.length < 3) continue
      yield encode(rest)
      count(3)
    }
    const start = rest.length > 0 ? missing : 0
    const end = bytes.length - ((bytes.length - start) % 3)
    for (let position = start; position < end; position += WINDOW) {
      const window = bytes.subarray(position, Math.min(position + WINDOW, end))
      yield encode(window)
      count(window.length)
    }
    rest = Buffer.from(bytes.subarray(end))
  }
  if (digest.digest('hex') !== hash.hex) throw changedOnTheWay()
  yield Buffer.concat([encode(rest), Buffer.from(TAIL)])
  count(rest.length)
}

/**
 * Into memory of its own: a socket that has taken a chunk may still hold on to it, and what is written there meanwhile
 * would be sent in its place. Using memory again saves some 10 MB, and no time.
 */
function encode(bytes: Uint8Array): Buffer {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  return Buffer.from(text, 'latin1')
}

function changedOnTheWay(): ByteNiteError {
  return new ByteNiteError('FILE_CHANGED', 'The output changed between packing and sending it; the upload was stopped.', {
    hint: 'Something still writes to the output directory: let the build finish first, then publish.',
  })
}
