import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import type { StoredFile } from '../../jobs/jobs.js'
import type { ApiContext } from '../../http/api-env.js'
import { savedHeaders } from '../page/send-raw.js'
import { packFiles } from '../../utils/pack-files.js'

/** Responds with all results of a job in one file. */
export function sendResultsTar(c: ApiContext, { id }: JobRecord, results: readonly StoredFile[]): Response {
  const headers = { 'content-type': 'application/x-tar', ...savedHeaders(`results-${id.slice(0, 13)}.tar`) }
  if (c.req.method === 'HEAD') return c.body(null, 200, headers)
  return c.body(ReadableStream.from(packFiles(results)) as globalThis.ReadableStream, 200, headers)
}
