import type { Archive, ReadOptions } from '../archive/archive.js'
import type { Finding } from './codes.js'
import type { Inspection } from './inspection.js'

/**
 * An archive whose bytes may be sent as they are read: each reading inspects them before it yields them. A credential is
 * found before its first byte is yielded, because the bytes in which one may begin are held back until more is known.
 * Everything else that is wrong with the content is known before the reading ends, so that an error stops an upload which is
 * not complete yet.
 * @param begin begins the inspection of one reading
 * @param report called at the end of the first reading; an error from it ends the reading
 */
export function inspectedArchive(archive: Archive, begin: () => Inspection, report: (findings: readonly Finding[]) => void): Archive {
  // What is read again has the same hash, and so the same findings.
  let isReported = false
  return {
    ...archive,
    async *read(options) {
      const inspection = begin()
      yield* delayed(archive, inspection, options)
      if (isReported) return
      isReported = true
      report(inspection.findings())
    },
  }
}

/** Yields the bytes of an archive, but the last of them only once more were inspected. */
async function* delayed(
  archive: Archive,
  { inspect, overlap }: Inspection,
  options: ReadOptions | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  let held: Uint8Array = new Uint8Array()
  for await (const chunk of archive.read({ ...options, inspect })) {
    if (chunk.length >= overlap) {
      if (held.length > 0) yield held
      yield chunk.subarray(0, chunk.length - overlap)
      // The memory of a chunk is only lent.
      held = Buffer.from(chunk.subarray(chunk.length - overlap))
    } else {
      const all = Buffer.concat([held, chunk])
      yield all.subarray(0, Math.max(0, all.length - overlap))
      held = all.subarray(-overlap)
    }
  }
  yield held
}
