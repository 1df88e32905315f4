import { constants, createWriteStream } from 'node:fs'
import { copyFile, mkdir, rmdir, stat, symlink } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { extract, type Extract } from 'tar-stream'
import { listFiles } from '../../utils/list-files.js'
import { packFiles, type PackedFile } from '../../utils/pack-files.js'

/** The files in some directories, as an archive. @param directories absolute paths, by their names in the archive */
export function packDirectories(directories: Readonly<Record<string, string>>): AsyncIterable<Uint8Array> {
  return packFiles(filesIn(directories))
}

async function* filesIn(directories: Readonly<Record<string, string>>): AsyncGenerator<PackedFile> {
  for (const [name, directory] of Object.entries(directories)) {
    for (const path of await listFiles(directory)) {
      const file = join(directory, path)
      const { size, mode } = await stat(file)
      yield { name: posix.join(name, path), file, size, mode: mode & 0o777 }
    }
  }
}

/** What an archive has that nobody should have sent. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError'
}

/** Absolute paths, as {@link byteString}s. */
type Places = Readonly<Record<string, string>>

/** Names of files need not be UTF-8, so each byte of a path is one character here. */
function byteString(path: string): string {
  return Buffer.from(path).toString('latin1')
}

function bytesOf(path: string): Buffer {
  return Buffer.from(path, 'latin1')
}

/** The option is missing in the types. What comes in pax headers is UTF-8 nevertheless. */
const BYTE_STRINGS: object = { filenameEncoding: 'latin1' }

/** What the system says if an archive contradicts itself, or has names that the system cannot have. */
const CONTRADICTIONS = new Set(['EEXIST', 'EISDIR', 'ENOTDIR', 'ENOENT', 'ENOTEMPTY', 'ENAMETOOLONG', 'EINVAL'])

/**
 * Unpacks directories that a worker sends. Nothing is written outside of them, whatever the archive says: links are made when all
 * files are there, and lead where they will. Even a directory itself may turn out to be a file or a link.
 * @param directories absolute paths of empty directories, by their names in the archive
 * @throws {ArchiveError}
 */
export async function unpackDirectories(content: AsyncIterable<Buffer>, directories: Readonly<Record<string, string>>): Promise<void> {
  const places = Object.fromEntries(Object.entries(directories).map(([name, path]) => [name, byteString(path)]))
  const archive = extract(BYTE_STRINGS)
  const reading = pipeline(content, archive)
  // It is awaited below, when there is nothing more to unpack.
  reading.catch(() => {})
  try {
    const links = await unpackFiles(archive, places)
    await reading
    for (const [from, to] of links) {
      await makeRoom(from, places)
      await symlink(bytesOf(to), bytesOf(from))
    }
  } catch (error) {
    archive.destroy()
    if (!CONTRADICTIONS.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    throw new ArchiveError((error as Error).message, { cause: error })
  }
}

/** @returns where links are to be, and where they lead */
async function unpackFiles(archive: Extract, places: Places): Promise<Map<string, string>> {
  const links = new Map<string, string>()
  for await (const entry of archive) {
    const { type, mode = 0o600, name: plainName, linkname: plainLink } = entry.header
    const { path: longName, linkpath: longLink } = (entry.header.pax ?? {}) as { path?: string; linkpath?: string }
    const name = longName === undefined ? plainName : byteString(longName)
    const linkname = longLink === undefined ? (plainLink ?? '') : byteString(longLink)
    const path = placeOf(name, places)
    if (type === 'file') {
      await makeRoom(path, places)
      await pipeline(entry, createWriteStream(bytesOf(path), { flags: 'wx', mode: (mode & 0o777) | 0o600 }))
      continue
    }
    if (type === 'directory') await mkdir(bytesOf(path), { recursive: true, mode: 0o700 })
    else if (type === 'symlink') links.set(path, linkname)
    else if (type === 'link') {
      // The same file under another name, or the same link.
      const other = placeOf(linkname, places)
      const to = links.get(other)
      if (to === undefined) await copyFile(bytesOf(other), bytesOf(path), constants.COPYFILE_EXCL)
      else links.set(path, to)
    }
    entry.resume()
  }
  return links
}

async function makeRoom(path: string, places: Places): Promise<void> {
  if (Object.values(places).includes(path)) await rmdir(bytesOf(path))
  else await mkdir(bytesOf(dirname(path)), { recursive: true, mode: 0o700 })
}

/** @throws {ArchiveError} for a path that is in none of the directories */
function placeOf(name: string, places: Places): string {
  const [top = '', ...rest] = posix.normalize(name).split('/')
  const directory = Object.hasOwn(places, top) ? places[top] : undefined
  if (directory === undefined || rest.includes('..')) throw new ArchiveError(`unexpected path in an archive: ${name}`)
  return posix.join(directory, ...rest)
}
