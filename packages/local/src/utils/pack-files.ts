import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { pack } from 'tar-stream'

export interface PackedFile {
  /** In the archive. */
  name: string
  /** Absolute path. */
  file: string
  /** Bytes. */
  size: number
  /** @default that of a file which everybody may read */
  mode?: number
}

/** Bytes of a file that is read at once. A stream of its own would cost more than reading it. */
const SMALL = 64 * 1024

/** Files as a tar, which is written as it is read. */
export function packFiles(files: Iterable<PackedFile> | AsyncIterable<PackedFile>): AsyncIterable<Uint8Array> {
  const tar = pack()
  const write = async (): Promise<void> => {
    for await (const { file, ...header } of files) {
      await pipeline(header.size > SMALL ? createReadStream(file) : [await readFile(file)], tar.entry(header))
    }
    tar.finalize()
  }
  // Whoever reads the archive gets the error: it ends before its time.
  write().catch((error: Error) => tar.destroy(error))
  return tar as AsyncIterable<Uint8Array>
}
