import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Creates a temporary directory, which no other user can read, and removes it once `use` has ended.
 * @param purpose part of its name
 * @param use gets its absolute path
 */
export async function withTemporaryDirectory<Result>(purpose: string, use: (directory: string) => Promise<Result>): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), `bytenite-${purpose}-`))
  try {
    return await use(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
