import { createHash, type Hash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { toArchiveHash, type ArchiveHash } from './hash.js'
import { HashThread } from './hash-thread.js'

/** Bytes of an archive for which it pays to start a second thread. */
const LARGE = 256_000_000

/** Hashes the bytes of an archive as they pass by. To be closed, whatever happens. */
export class ArchiveHasher {
  readonly #hash: Hash | HashThread

  /** @param size bytes of the archive */
  constructor(size: number) {
    this.#hash = size >= LARGE && availableParallelism() > 1 ? new HashThread() : createHash('sha256')
  }

  /** The memory of the bytes may be used again once this has resolved. */
  async update(bytes: Uint8Array): Promise<void> {
    await this.#hash.update(bytes)
  }

  async digest(): Promise<ArchiveHash> {
    return toArchiveHash(await this.#hash.digest())
  }

  async close(): Promise<void> {
    if (this.#hash instanceof HashThread) await this.#hash.close()
  }
}
