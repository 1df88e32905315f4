import { createHash } from 'node:crypto'
import type { Archive } from '../../archive/archive.js'
import { toArchiveHash, type ArchiveHash } from '../../archive/hash.js'
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
 * Streams the body of an upload, `{"data": base64(tar)}`, so that it is never entirely in memory. Each call reads and hashes
 * the archive anew.
 * @param checkHash called with the hash before the last bytes: if it throws, the body is never complete, and so no upload
 * @throws any error from `checkHash`, and the errors of {@link Archive.read}
 */
export async function* uploadBody(
  archive: Archive,
  checkHash: (hash: ArchiveHash) => void,
  onProgress: (progress: Progress) => void = () => {},
): AsyncGenerator<Buffer, void, undefined> {
  const digest = createHash('sha256')
  const count = createMeter(archive.size, onProgress)
  count(0)
  yield Buffer.from(HEAD)
  const window = Buffer.allocUnsafeSlow(WINDOW)
  let filled = 0
  for await (const bytes of archive.read()) {
    digest.update(bytes)
    let position = 0
    while (position < bytes.length) {
      const isWhole = filled === 0 && bytes.length - position >= WINDOW
      const next = isWhole ? bytes.subarray(position, position + WINDOW) : window
      if (isWhole) position += WINDOW
      else {
        const end = Math.min(bytes.length, position + WINDOW - filled)
        window.set(bytes.subarray(position, end), filled)
        filled += end - position
        position = end
        if (filled < WINDOW) break
        filled = 0
      }
      yield encode(next)
      count(WINDOW)
    }
  }
  checkHash(toArchiveHash(digest.digest()))
  yield Buffer.concat([encode(window.subarray(0, filled)), Buffer.from(TAIL)])
  count(filled)
}

/**
 * Encodes into fresh memory. A socket may keep a chunk after accepting it, so reusing the memory would corrupt the upload.
 */
function encode(bytes: Uint8Array): Buffer {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  return Buffer.from(text, 'latin1')
}
