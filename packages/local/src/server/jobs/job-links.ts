import type { Auth } from '../../http/auth.js'
import type { ApiContext } from '../../http/api-env.js'
import { createLink } from '../../http/links.js'

/** Seconds. */
const FILE_LIFETIME = 4 * 3600
const UPLOAD_LIFETIME = 24 * 3600

/** The links to a job's files. */
export interface JobLinks {
  upload(jobId: string): string
  output(jobId: string, name: string): string
  chunk(jobId: string, chunk: number): string
  result(jobId: string, chunk: number, name: string): string
  log(jobId: string, chunk: number, attempt: number): string
}

export function jobLinks(c: ApiContext, auth: Auth): JobLinks {
  const link = (...parts: (string | number)[]): string => createLink(c, auth, ['files', ...parts], FILE_LIFETIME)
  return {
    upload: (jobId) => createLink(c, auth, ['uploads', jobId], UPLOAD_LIFETIME),
    output: (jobId, name) => link(jobId, 'output', ...name.split('/')),
    chunk: (jobId, chunk) => link(jobId, 'chunks', chunk),
    result: (jobId, chunk, name) => link(jobId, 'results', chunk, ...name.split('/')),
    log: (jobId, chunk, attempt) => link(jobId, 'logs', chunk, attempt),
  }
}
