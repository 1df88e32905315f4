import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readFile, rename, stat } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { readArchive } from 'bytenite-uploader/internal/archive-contents'
import type { JsonSchema } from 'bytenite-uploader/wire'
import { removeTree } from '../../utils/remove-tree.js'

const SCHEMA = 'schema.json'

/** The archives, unpacked: the content of `app/`, which jobs share, and the schema of the parameters. */
export class UnpackedCode {
  /** Absolute path. Has a folder for each archive, named by its hash in hexadecimal digits. */
  readonly directory: string
  readonly #staging: string
  readonly #archiveFile: (hash: Buffer) => string
  readonly #unpacking = new Map<string, Promise<string>>()

  /**
   * @param directory absolute path
   * @param staging absolute path of a directory for what is not complete, on the same file system
   */
  constructor(directory: string, staging: string, archiveFile: (hash: Buffer) => string) {
    this.directory = directory
    this.#staging = staging
    this.#archiveFile = archiveFile
  }

  /**
   * The absolute path of the unpacked `app/` of an archive. Nobody may change anything in it.
   * @param hash SHA-256 in base64
   */
  async appDirectory(hash: string): Promise<string> {
    return join(await this.#unpacked(hash), 'app')
  }

  /** @returns `undefined` if the archive has none */
  async schema(hash: string): Promise<JsonSchema | undefined> {
    const directory = await this.#unpacked(hash)
    try {
      return JSON.parse(await readFile(join(directory, SCHEMA), 'utf8')) as JsonSchema
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  #unpacked(hash: string): Promise<string> {
    const name = Buffer.from(hash, 'base64').toString('hex')
    const known = this.#unpacking.get(name)
    if (known !== undefined) return known
    const unpacking = this.#unpack(name).finally(() => this.#unpacking.delete(name))
    this.#unpacking.set(name, unpacking)
    return unpacking
  }

  async #unpack(name: string): Promise<string> {
    const directory = join(this.directory, name)
    if (await exists(directory)) return directory
    const temporary = join(this.#staging, `code-${randomBytes(8).toString('hex')}`)
    try {
      await unpack(this.#archiveFile(Buffer.from(name, 'hex')), temporary)
      await mkdir(this.directory, { recursive: true, mode: 0o700 })
      await rename(temporary, directory)
    } catch (error) {
      await removeTree(temporary)
      throw error
    }
    return directory
  }
}

/** Only what tasks may see: the manifest may have the token of a registry. */
async function unpack(archive: string, directory: string): Promise<void> {
  await mkdir(join(directory, 'app'), { recursive: true, mode: 0o755 })
  for await (const { path, isDirectory, mode, content } of readArchive(createReadStream(archive))) {
    if (path !== SCHEMA && !path.startsWith('app/')) continue
    const target = join(directory, path)
    await mkdir(isDirectory ? target : dirname(target), { recursive: true, mode: 0o755 })
    // Readable by whoever runs it, and writable by none. Directories stay writable, so that the user can remove them.
    if (!isDirectory) await pipeline(content, createWriteStream(target, { mode: (mode | 0o444) & 0o555, flags: 'wx' }))
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
