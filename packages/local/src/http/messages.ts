import { randomUUID } from 'node:crypto'
import type { GenericResponse } from 'bytenite-uploader/wire'

/** The response to a request that succeeded and returns no record. */
export function done(message: string): GenericResponse {
  return { ok: true, requestId: randomUUID(), message, error: null }
}
