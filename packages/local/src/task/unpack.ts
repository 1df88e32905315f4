import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract } from 'tar-stream'

/** Unpacks a tar of files and directories into a directory. @throws {Error} for anything else in it */
export async function unpackArchive(source: Readable, directory: string): Promise<void> {
  const tar = extract()
  const feeding = pipeline(source, tar).catch((error: unknown) => {
    tar.destroy(error as Error)
  })
  try {
    for await (const entry of tar) {
      const { name, type, mode } = entry.header
      if (name.startsWith('/') || name.split('/').includes('..')) throw new Error(`the archive has an unsafe entry: ${name}`)
      const path = join(directory, name)
      if (type === 'directory') {
        await mkdir(path, { recursive: true })
        entry.resume()
      } else if (type === 'file') {
        await mkdir(dirname(path), { recursive: true })
        await pipeline(entry as AsyncIterable<Uint8Array>, createWriteStream(path, { mode }))
      } else throw new Error(`the archive has an entry that is neither a file nor a directory: ${name}`)
    }
  } finally {
    tar.destroy()
    await feeding
  }
}
