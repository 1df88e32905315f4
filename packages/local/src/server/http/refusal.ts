import type { GenericResponse } from 'bytenite-uploader/wire'

type RefusalStatus = 400 | 401 | 403 | 404 | 408 | 413 | 421 | 503

/** A request that the platform refuses. Thrown anywhere below a route, and turned into a response in one place. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: RefusalStatus

  constructor(status: RefusalStatus, reason: string) {
    super(reason)
    this.status = status
  }
}

const TITLES: Record<number, string> = {
  400: 'bad request',
  401: 'not authenticated',
  403: 'not permitted',
  404: 'not found',
  408: 'request timed out',
  413: 'too large',
  421: 'wrong host',
  500: 'internal error',
  503: 'unavailable',
}

/** The body of the response to a refused request. */
export function refusalResponse(status: number, reason: string, requestId: string): GenericResponse {
  const message = TITLES[status] ?? 'error'
  return { ok: false, requestId, message, error: { code: String(status), message, description: reason } }
}
