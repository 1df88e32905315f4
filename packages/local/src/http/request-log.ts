import { plainText } from 'bytenite-uploader/internal/plain-text'
import type { MiddlewareHandler } from 'hono'
import type { ApiEnv } from './api-env.js'

/** What is logged of a request. It contains no access token, API key or signature. */
export interface RequestLogEntry {
  /** When it came, as an RFC 3339 time. */
  time: string
  method: string
  /** Without the query, which may contain a signature. */
  path: string
  /** `null` if the client disconnected before there was a response. */
  status: number | null
  /** Milliseconds until the response was sent. */
  ms: number
  /** Bytes that were sent, headers included. */
  bytes: number
  /** Name of the API key; `null` if none was needed, or none was accepted. */
  key: string | null
  /** Address of whoever connected: of a proxy, if there is one. */
  remote: string
  /** The header `X-Forwarded-For` as it came, if it did. A proxy adds the address that it knows at its end; any client can send the rest. */
  forwardedFor?: string
}

/** Characters of a header that are logged. */
const MAX_HEADER = 200

/**
 * Calls `log` when a request's response was sent, or its connection was closed.
 * @param nameOf the name of the API key with this ID
 */
export function requestLog(
  log: (entry: RequestLogEntry) => void,
  nameOf: (keyId: string) => string | undefined,
): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const { incoming, outgoing } = c.env
    if (incoming !== undefined && outgoing !== undefined) {
      const { socket } = incoming
      const [time, start, sentBefore] = [new Date().toISOString(), performance.now(), socket.bytesWritten]
      const remote = socket.remoteAddress ?? ''
      const forwardedFor = c.req.header('x-forwarded-for')
      outgoing.once('close', () => {
        const keyId = c.get('keyId')
        log({
          time,
          method: c.req.method,
          path: plainText(c.req.path),
          status: outgoing.headersSent ? outgoing.statusCode : null,
          ms: Math.round(performance.now() - start),
          bytes: socket.bytesWritten - sentBefore,
          key: (keyId === undefined ? undefined : nameOf(keyId)) ?? null,
          remote,
          ...(forwardedFor !== undefined && { forwardedFor: plainText(forwardedFor.slice(0, MAX_HEADER)) }),
        })
      })
    }
    await next()
  }
}
