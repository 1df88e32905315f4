import type { GenericResponse } from 'bytenite-uploader/wire'

const TITLES: Record<number, string> = {
  400: 'bad request',
  401: 'not authenticated',
  403: 'not permitted',
  404: 'not found',
  408: 'request timed out',
  409: 'conflict',
  413: 'too large',
  421: 'wrong host',
  500: 'internal error',
  503: 'unavailable',
}

/** The body of the response to a refused request. */
export function refusalResponse(status: number, reason: string, requestId: string): GenericResponse {
  // Many clients show the message alone.
  return { ok: false, requestId, message: reason, error: { code: status, message: TITLES[status] ?? 'error', description: reason } }
}
