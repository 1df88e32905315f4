import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { ArchiveError, describeArchive, readArchive, type ArchivedFile } from 'bytenite-uploader/internal/archive-contents'
import { Refusal } from '../refusal.js'
import type { Store } from '../store/store.js'

interface FileBeginning {
  bytes: Buffer
  /** Of the whole file. */
  size: number
}

/** Archives whose lists are kept. An archive never changes, and reading a large one takes long. */
const KEPT = 50

/**
 * Reads what is in the archives of a store.
 * @throws {Refusal} 404 for an archive that is damaged, or is not there any more; from each method
 */
export class ArchiveContents {
  readonly #store: Store
  readonly #lists = new Map<string, Promise<readonly ArchivedFile[]>>()

  constructor(store: Store) {
    this.#store = store
  }

  /** @param hash of the archive, in base64 */
  list(hash: string): Promise<readonly ArchivedFile[]> {
    const known = this.#lists.get(hash)
    if (known !== undefined) return known
    const [oldest] = this.#lists.keys()
    if (this.#lists.size >= KEPT && oldest !== undefined) this.#lists.delete(oldest)
    const list = describeArchive(this.#open(hash)).then(({ files }) => files, refuseDamaged)
    this.#lists.set(hash, list)
    list.catch(() => this.#lists.delete(hash))
    return list
  }

  /**
   * The beginning of a file.
   * @param limit bytes that are read at the most
   * @returns `undefined` if there is no such file
   */
  async file(hash: string, path: string, limit: number): Promise<FileBeginning | undefined> {
    return this.#find(hash, path, limit).catch(refuseDamaged)
  }

  /** A JSON file. @returns `undefined` if there is none, or it is not JSON */
  async json(hash: string, path: string): Promise<unknown> {
    const found = await this.file(hash, path, MAX_JSON)
    try {
      return found && (JSON.parse(found.bytes.toString('utf8')) as unknown)
    } catch {
      return undefined
    }
  }

  async #find(hash: string, path: string, limit: number): Promise<FileBeginning | undefined> {
    for await (const entry of readArchive(this.#open(hash))) {
      if (entry.path !== path || entry.isDirectory) continue
      const chunks: Buffer[] = []
      let size = 0
      for await (const chunk of entry.content) {
        chunks.push(chunk)
        size += chunk.length
        if (size >= limit) break
      }
      return { bytes: Buffer.concat(chunks).subarray(0, limit), size: entry.size }
    }
    return undefined
  }

  #open(hash: string): Readable {
    return createReadStream(this.#store.archiveFile(Buffer.from(hash, 'base64')))
  }
}

/** Bytes. */
const MAX_JSON = 1024 * 1024

function refuseDamaged(error: unknown): never {
  const isDamaged = error instanceof ArchiveError || (error as NodeJS.ErrnoException).code === 'ENOENT'
  throw isDamaged ? new Refusal(404, 'its archive is damaged, or is not there any more; publish it again') : error
}
