import type { Archive } from './archive.js'

const HEAD = '{"data":"'
const TAIL = '"}'

/** Bytes of the request's body for an archive: its JSON frame and four characters for every three bytes. */
export function uploadBodySize(archive: Archive): number {
  return HEAD.length + 4 * Math.ceil(archive.size / 3) + TAIL.length
}

/**
 * The body of an upload, `{"data": base64(tar)}`, as a stream: it is never in memory as a whole.
 * Each call reads the archive anew. `onChunk` sees the tar's own bytes as they pass; what it throws
 * at the end stops the body before its last byte, so that a wrong upload is never a complete one.
 */
export async function* uploadBody(
  archive: Archive,
  onChunk: (chunk: Uint8Array) => void,
  onEnd: () => void,
): AsyncGenerator<Buffer> {
  yield Buffer.from(HEAD)
  let rest: Uint8Array = Buffer.alloc(0)
  for await (const chunk of archive.read()) {
    onChunk(chunk)
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    // Only whole groups of three bytes can be encoded before the end without padding in between.
    const whole = bytes.length - (bytes.length % 3)
    if (whole > 0) yield encode(bytes.subarray(0, whole))
    rest = bytes.subarray(whole)
  }
  onEnd()
  yield Buffer.from(Buffer.from(rest).toString('base64') + TAIL)
}

function encode(bytes: Uint8Array): Buffer {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  return Buffer.from(text, 'latin1')
}
