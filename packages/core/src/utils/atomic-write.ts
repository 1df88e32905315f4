import { randomBytes } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Writes a file atomically: it is either complete or missing. Leaves no temporary file behind. */
export async function writeFileAtomically(file: string, content: string | Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`
  await mkdir(dirname(file), { recursive: true })
  try {
    await writeFile(temporary, content)
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Whether `path` is a temporary file left by an interrupted write of `file`. */
export function isTemporaryOf(file: string, path: string): boolean {
  return path.startsWith(`${file}.`) && /^\.[0-9a-f]{12}\.tmp$/.test(path.slice(file.length))
}
