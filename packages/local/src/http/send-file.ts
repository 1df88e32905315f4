import { open, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { ApiContext } from './api-env.js'

/**
 * Responds with a file. It is opened before the response starts, and only if its content is needed.
 * @param headers besides its length
 * @throws {Error} of the file system, such as `ENOENT`
 */
export async function sendFile(c: ApiContext, file: string, headers: Record<string, string>): Promise<Response> {
  const withLength = (size: number): Record<string, string> => ({ ...headers, 'content-length': String(size) })
  if (c.req.method === 'HEAD') return c.body(null, 200, withLength((await stat(file)).size))
  const handle = await open(file)
  const { size } = await handle.stat()
  // Closes the file at its end, or when the client disconnects.
  const content = Readable.toWeb(handle.createReadStream()) as globalThis.ReadableStream
  return c.body(content, 200, withLength(size))
}
