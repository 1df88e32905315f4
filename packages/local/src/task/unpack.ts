import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract } from 'tar-stream'

/**
 * Unpacks a tar into a directory.
 * @returns the paths of its files, relative to the directory
 * @throws {Error} for an entry that is neither a file nor a directory, or leads out of it
 */
export async function unpackArchive(source: Readable, directory: string, signal?: AbortSignal): Promise<ReadonlySet<string>> {
  const files = new Set<string>()
  const tar = extract()
  const feeding = pipeline(source, tar, { signal }).catch((error: unknown) => {
    tar.destroy(error as Error)
  })
  try {
    for await (const entry of tar) {
      signal?.throwIfAborted()
      const { name, type, mode = 0o644 } = entry.header
      if (name.startsWith('/') || name.split('/').includes('..')) throw new Error(`The archive has an entry that leads out of it: ${name}`)
      const path = join(directory, name)
      if (type === 'directory') {
        await mkdir(path, { recursive: true })
        entry.resume()
      } else if (type === 'file') {
        await mkdir(dirname(path), { recursive: true })
        await pipeline(entry as AsyncIterable<Uint8Array>, createWriteStream(path, { mode: mode & 0o777 }), { signal })
        files.add(posix.normalize(name))
      } else throw new Error(`The archive has an entry that is neither a file nor a directory: ${name}`)
    }
  } finally {
    tar.destroy()
    await feeding
  }
  return files
}
