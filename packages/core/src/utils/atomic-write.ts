import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Writes a file atomically: it is either complete or missing. Leaves no temporary file behind. */
export async function writeFileAtomically(file: string, content: string | Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`
  await mkdir(dirname(file), { recursive: true })
  try {
    if (typeof content === 'string' || content instanceof Uint8Array) await writeFile(temporary, content)
    else await writeChunks(temporary, content)
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/**
 * Chunk by chunk, since the `writeFile` that Yarn puts in the place of Node's takes no iterables, and a stream would
 * ask for the next chunk, whose memory may be that of this one, before it has written it.
 */
async function writeChunks(file: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(file, 'w')
  try {
    for await (const chunk of chunks) await handle.writeFile(chunk)
  } finally {
    await handle.close()
  }
}

/** Whether `path` is a temporary file left by an interrupted write of `file`. */
export function isTemporaryOf(file: string, path: string): boolean {
  return path.startsWith(`${file}.`) && /^\.[0-9a-f]{12}\.tmp$/.test(path.slice(file.length))
}
