import { createHash } from 'node:crypto'
import type { Archive } from '../../archive/archive.js'
import type { ArchiveHash } from '../../archive/hash.js'
import { ByteNiteError } from '../../errors.js'
import { createMeter, type Progress } from './progress.js'

const HEAD = '{"data":"'
const TAIL = '"}'

/**
 * Bytes to encode at a time, a multiple of three. Larger windows are up to ten times slower, because the text is no longer
 * short-lived. Smaller ones cost more calls. This size also shows progress on a slow line.
 */
const WINDOW = 48 * 1024

/** Bytes of the request body for an archive: the JSON around it, and four characters for every three bytes. */
export function uploadBodySize(archive: Archive): number {
  return HEAD.length + 4 * Math.ceil(archive.size / 3) + TAIL.length
}

/**
 * Streams the body of an upload, `{"data": base64(tar)}`, so that it is never entirely in memory. Each call reads the
 * archive again. If its hash has changed, the body stops before its last byte, so a wrong upload is never complete.
 * @throws {ByteNiteError} `FILE_CHANGED`, and the errors of {@link Archive.read}
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
  /** Up to two leftover bytes, because only groups of three can be encoded without padding in between. */
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
 * Encodes into fresh memory. A socket may keep a chunk after accepting it, so reusing the memory would corrupt the upload.
 * Reusing it would save about 10 MB, but no time.
 */
function encode(bytes: Uint8Array): Buffer {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  return Buffer.from(text, 'latin1')
}

function changedOnTheWay(): ByteNiteError {
  return new ByteNiteError('FILE_CHANGED', 'The output changed between packing and uploading, so the upload was stopped.', {
    hint: 'Another process is still writing to the output directory. Let the build finish, then publish.',
  })
}
