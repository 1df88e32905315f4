import type { Archive } from '../../archive/archive.js'
import type { ArchiveHash } from '../../archive/hash.js'
import { createHasher } from '../../archive/hasher.js'
import { Base64Windows, WINDOW } from './base64-windows.js'
import { createMeter, type Progress } from './progress.js'

const HEAD = '{"data":"'
const TAIL = '"}'

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
  const windows = new Base64Windows()
  const count = createMeter(archive.size, onProgress)
  count(0)
  yield Buffer.from(HEAD)
  const hasher = await createHasher(archive.size)
  try {
    for await (const bytes of archive.read()) {
      await hasher.update(bytes)
      for (const text of windows.encode(bytes)) {
        yield text
        count(WINDOW)
      }
    }
    checkHash(await hasher.digest())
  } finally {
    await hasher.close()
  }
  // Nothing is left to be done when this is sent: a response may follow at once.
  yield Buffer.concat([windows.end(), Buffer.from(TAIL)])
  count(archive.size % WINDOW)
}
