import type { Header } from 'tar-stream'
import { ArchiveError } from './archive-error.js'

/** The longest name that file systems allow, in bytes. */
const MAX_NAME_LENGTH = 255
/** In bytes. Linux allows 4096, of which the directory that the archive is unpacked into needs some. */
const MAX_PATH_LENGTH = 3500
/** Files and directories, which are all remembered. */
const MAX_PATHS = 1_000_000
/** Characters that no name may contain. Windows has more of them, and would take a backslash for a separator. */
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = process.platform === 'win32' ? /[\0-\x1f<>:"|?*\\]/ : /\0/
/** Stands for bytes that could not be decoded. */
const REPLACEMENT = '\uFFFD'

/**
 * What an archive may contain: the same for accepting one as for running it, so that each accepted archive can be unpacked.
 * Remembers the entries of one archive.
 */
export class EntryRules {
  readonly #files = new Set<string>()
  readonly #directories = new Set<string>()

  /**
   * @returns the entry's path, without `.` and double slashes; empty for the root
   * @throws {ArchiveError} for an entry that breaks a rule
   */
  check({ name, type }: Pick<Header, 'name' | 'type'>): string {
    const refuse = (problem: string): never => {
      throw new ArchiveError(`has an entry ${problem}: ${shorten(JSON.stringify(name))}`)
    }
    if (type !== 'file' && type !== 'directory') refuse(`that is neither a file nor a directory (${type ?? 'unknown type'})`)
    const parts = name.split('/')
    if (name.includes(REPLACEMENT)) refuse('whose name is not valid UTF-8')
    if (FORBIDDEN.test(name)) refuse('whose name contains characters that are not allowed')
    if (name.startsWith('/')) refuse('with an absolute path')
    if (parts.includes('..')) refuse('that leads out of it')
    if (parts.some((part) => Buffer.byteLength(part) > MAX_NAME_LENGTH)) refuse(`with a name of more than ${MAX_NAME_LENGTH} bytes`)
    if (Buffer.byteLength(name) > MAX_PATH_LENGTH) refuse(`with a path of more than ${MAX_PATH_LENGTH} bytes`)
    if (type === 'file' && ['', '.'].includes(parts.at(-1) ?? '')) refuse('that is a file without a name')

    const path = parts.filter((part) => part !== '' && part !== '.').join('/')
    const conflict = type === 'file' ? this.#addFile(path) : this.#addDirectory(path)
    if (conflict !== undefined) refuse(conflict)
    if (this.#files.size + this.#directories.size > MAX_PATHS) throw new ArchiveError(`has more than ${MAX_PATHS} files and directories`)
    return path
  }

  /** @returns why there cannot be such a file */
  #addFile(path: string): string | undefined {
    if (this.#files.has(path)) return 'that appears twice'
    if (this.#directories.has(path)) return 'that is a file, although it was a directory before'
    this.#files.add(path)
    return this.#addDirectory(parentOf(path))
  }

  #addDirectory(path: string): string | undefined {
    for (let directory = path; directory !== '' && !this.#directories.has(directory); directory = parentOf(directory)) {
      if (this.#files.has(directory)) return `that needs a directory where there is the file ${shorten(JSON.stringify(directory))}`
      this.#directories.add(directory)
    }
    return undefined
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** Names from outside can be megabytes long. */
function shorten(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}
