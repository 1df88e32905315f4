import { createHash, type Hash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { toArchiveHash, type ArchiveHash } from './hash.js'
import type { HashThread } from './hash-thread.js'

/** Bytes of an archive for which it pays to start a second thread. */
const LARGE = 256_000_000

/** Hashes the bytes of an archive as they pass by. */
export interface ArchiveHasher {
  /** The memory of the bytes may be used again once this has resolved. */
  update(bytes: Uint8Array): Promise<void>
  digest(): Promise<ArchiveHash>
  /** To be called, whatever happens. */
  close(): Promise<void>
}

/** @param size bytes of the archive */
export async function createHasher(size: number): Promise<ArchiveHasher> {
  const thread = size >= LARGE && availableParallelism() > 1 ? await startThread() : undefined
  const hash: Hash | HashThread = thread ?? createHash('sha256')
  return {
    async update(bytes) {
      await hash.update(bytes)
    },
    digest: async () => toArchiveHash(await hash.digest()),
    close: async () => thread?.close(),
  }
}

/** Loaded here, because threads take their time to load, too. */
async function startThread(): Promise<HashThread> {
  const { HashThread } = await import('./hash-thread.js')
  return new HashThread()
}
