import { open, rm } from 'node:fs/promises'

/**
 * Writes a file from pieces, in constant memory. Without success, there is no file.
 * @param limit bytes
 * @param tooLarge the error for content that is longer
 */
export async function writeStream(file: string, content: AsyncIterable<Uint8Array>, limit: number, tooLarge: () => Error): Promise<number> {
  let size = 0
  const handle = await open(file, 'wx', 0o600)
  try {
    for await (const piece of content) {
      size += piece.length
      if (size > limit) throw tooLarge()
      await handle.writeFile(piece)
    }
  } catch (error) {
    await rm(file, { force: true })
    throw error
  } finally {
    await handle.close()
  }
  return size
}
