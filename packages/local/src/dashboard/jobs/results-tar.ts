import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import { pack } from 'tar-stream'
import type { StoredFile } from '../../jobs/jobs.js'
import type { ApiContext } from '../../http/api-env.js'
import { savedHeaders } from '../page/send-raw.js'

/** Responds with all results of a job in one file. */
export function sendResultsTar(c: ApiContext, { id }: JobRecord, results: readonly StoredFile[]): Response {
  const headers = { 'content-type': 'application/x-tar', ...savedHeaders(`results-${id.slice(0, 13)}.tar`) }
  if (c.req.method === 'HEAD') return c.body(null, 200, headers)
  const tar = pack()
  const write = async (): Promise<void> => {
    for (const { name, file, size } of results) await pipeline(createReadStream(file), tar.entry({ name, size }))
    tar.finalize()
  }
  // Whoever reads the response gets the error: it ends before its time.
  write().catch((error: Error) => tar.destroy(error))
  return c.body(ReadableStream.from(tar as AsyncIterable<Uint8Array>) as globalThis.ReadableStream, 200, headers)
}
