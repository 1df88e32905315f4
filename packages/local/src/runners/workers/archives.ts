import { createReadStream, createWriteStream } from 'node:fs'
import { copyFile, mkdir, readFile, stat, symlink } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { extract, pack } from 'tar-stream'
import { listFiles } from '../../utils/list-files.js'

/** Bytes of a file that is read at once. A stream of its own would cost more than reading it. */
const SMALL = 64 * 1024

/** The files in some directories, as an archive. @param directories absolute paths, by their names in the archive */
export function packDirectories(directories: Readonly<Record<string, string>>): AsyncIterable<Uint8Array> {
  const tar = pack()
  const write = async (): Promise<void> => {
    for (const [name, directory] of Object.entries(directories)) {
      for (const path of await listFiles(directory)) {
        const file = join(directory, path)
        const { size, mode } = await stat(file)
        const header = { name: posix.join(name, path), size, mode: mode & 0o777 }
        await pipeline(size > SMALL ? createReadStream(file) : [await readFile(file)], tar.entry(header))
      }
    }
    tar.finalize()
  }
  // Whoever reads the archive gets the error: it ends before its time.
  write().catch((error: Error) => tar.destroy(error))
  return tar as AsyncIterable<Uint8Array>
}

/** What an archive has that nobody should have sent. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError'
}

/**
 * Unpacks directories that a worker sends. Nothing is written outside of them, whatever the archive says: links are made when all
 * files are there, and lead where they will.
 * @param directories absolute paths of empty directories, by their names in the archive
 */
export async function unpackDirectories(content: AsyncIterable<Buffer>, directories: Readonly<Record<string, string>>): Promise<void> {
  const links: { from: string; to: string }[] = []
  const archive = extract()
  const reading = pipeline(content, archive)
  // It is awaited below, when there is nothing more to unpack.
  reading.catch(() => {})
  for await (const entry of archive) {
    const { name, type, linkname, mode = 0o600 } = entry.header
    const path = placeOf(name, directories)
    if (type === 'file') {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      await pipeline(entry, createWriteStream(path, { flags: 'wx', mode: (mode & 0o777) | 0o600 }))
      continue
    }
    if (type === 'directory') await mkdir(path, { recursive: true, mode: 0o700 })
    else if (type === 'symlink') links.push({ from: path, to: linkname ?? '' })
    // The same file under another name.
    else if (type === 'link') await copyFile(placeOf(linkname ?? '', directories), path)
    entry.resume()
  }
  await reading
  for (const { from, to } of links) {
    await mkdir(dirname(from), { recursive: true, mode: 0o700 })
    await symlink(to, from)
  }
}

/** @throws {ArchiveError} for a path that is in none of the directories */
function placeOf(name: string, directories: Readonly<Record<string, string>>): string {
  const [top = '', ...rest] = posix.normalize(name).split('/')
  const directory = Object.hasOwn(directories, top) ? directories[top] : undefined
  if (directory === undefined || rest.includes('..')) throw new ArchiveError(`unexpected path in an archive: ${name}`)
  return join(directory, ...rest)
}
