import { formatSeconds } from '../../utils/format.js'
import type { Timeouts } from '../../connection/request-options.js'
import { decoded } from './content-encoding.js'
import { Deadline } from './deadline.js'
import { Failure } from './failure.js'
import { networkFailure, PROXY_HINT } from './network-failure.js'
import { chooseRoute } from './choose-route.js'
import type { WaitBudget } from './wait-budget.js'

/**
 * Bytes. The next chunk is requested when the socket has sent everything, or holds less than its high-water mark, which is at
 * most 64 KiB. This is three times as much.
 */
export const KEPT: number = 192 * 1024

/** A body that each attempt can read again. */
export interface Body {
  /** Bytes, known in advance. */
  size: number
  /** Yields chunks. Each stays as it is until {@link KEPT} more bytes were requested, because a socket may not have sent it. */
  open(): AsyncIterable<Uint8Array>
}

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface HttpRequest {
  method: HttpMethod
  url: URL
  headers: Record<string, string>
  body?: Body | undefined
  /** Whether the response is large. It may take any time, as long as bytes keep arriving. */
  isDownload?: boolean
  /** Whether the response is one that goes on, in which now and then something arrives. */
  isStream?: boolean
  /** Aborts the request, which then rejects with the signal's reason. */
  signal: AbortSignal | undefined
}

export interface HttpResponse {
  /** Method and URL of the request, for messages. */
  call: string
  status: number
  headers: Record<string, string | string[] | undefined>
  /** The body as it arrives. */
  chunks: AsyncIterable<Buffer>
}

/**
 * Sends one request, and passes its response to `read`, whatever the status. Every wait is limited, and no connection
 * stays open.
 * @param budget limits the waits; a failed wait is deducted from it
 * @throws {Failure} if no complete response arrives
 * @throws any error from the body, `read` or the signal
 */
export async function exchange<Result>(
  request: HttpRequest,
  timeouts: Timeouts,
  budget: WaitBudget,
  read: (response: HttpResponse) => Promise<Result>,
): Promise<Result> {
  const { method, url, headers, body, isStream = false, signal } = request
  const isDownload = isStream || request.isDownload === true
  // Without the query, which may contain the signature of a link.
  const call = `${method} ${url.origin}${url.pathname}`
  signal?.throwIfAborted()
  const route = await chooseRoute(url)
  const { hasProxy } = route

  /** Why this function ended the request, if it did. */
  let stopped: { reason: unknown } | undefined
  const stop = (reason: unknown): void => {
    stopped ??= { reason }
    void route.close()
  }
  const onAbort = (): void => stop(signal?.reason)
  signal?.addEventListener('abort', onAbort)

  const limits = { idle: budget.limit(timeouts.idle), response: budget.limit(timeouts.response) }
  const deadline = new Deadline(limits, () => stop(silence()))
  let bytesSent = 0
  let isSent = body === undefined
  /** Whether the server may have received everything: it may respond before the next chunk is asked for. */
  let isHandedOver = isSent
  let isReceiving = false
  const chunks = body && watched(body)

  async function* watched({ size, open }: Body): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for await (const chunk of open()) {
        isHandedOver = bytesSent + chunk.length >= size
        yield chunk
        bytesSent += chunk.length
        deadline.moved(chunk.length)
      }
    } catch (error) {
      stop(error)
      throw error
    }
    isSent = true
    isHandedOver = true
    deadline.expectResponse()
  }

  async function* received(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of chunks) {
        if (isStream) deadline.signOfLife()
        else if (isDownload) deadline.moved(chunk.length)
        yield chunk
      }
    } catch (error) {
      throw networkFailure(call, error, { host: url.host, isSent: isHandedOver, hasProxy })
    }
  }

  function silence(): Failure {
    const hint = hasProxy ? `${SILENCE_HINT} ${PROXY_HINT}` : SILENCE_HINT
    return new Failure('UNREACHABLE', `${call} ${missing()}`, { isTransient: true, mayHaveActed: isHandedOver, hint })
  }

  function missing(): string {
    const idle = formatSeconds(limits.idle)
    if (!isSent && bytesSent === 0) return `could not connect within ${idle}`
    if (!isSent) return `stopped accepting data for ${idle}, after ${bytesSent} of ${body?.size} bytes`
    if (isReceiving && isDownload) return `stopped sending data for ${idle}`
    return `did not respond within ${formatSeconds(limits.response)}`
  }

  try {
    if (body === undefined) deadline.expectResponse()
    else deadline.expectBytes()
    const contentLength = body && { 'content-length': String(body.size) }
    const response = await route
      .send({ url, method, headers: { 'user-agent': 'bytenite-uploader', ...headers, ...contentLength }, body: chunks })
      .catch((error: unknown) => {
        throw networkFailure(call, error, { host: url.host, isSent: isHandedOver, hasProxy })
      })
    const { status } = response
    isReceiving = true
    if (status >= 200 && status < 300 && !isHandedOver) {
      throw new Failure('INVALID_RESPONSE', `${call} responded with ${status} before it received the whole request`, {
        status,
        hint: ADDRESS_HINT,
      })
    }
    if (isStream) deadline.signOfLife()
    else if (isDownload) deadline.expectBytes()
    else if (!isSent) deadline.expectResponse()
    const bytes = decoded(call, received(response.body), response.headers['content-encoding'])
    return await read({ call, status, headers: response.headers, chunks: bytes })
  } catch (error) {
    budget.spend(deadline.silence)
    throw stopped === undefined ? error : stopped.reason
  } finally {
    deadline.clear()
    signal?.removeEventListener('abort', onAbort)
    await route.close()
    // This closes the files that the body reads.
    await chunks?.return(undefined)
  }
}

const SILENCE_HINT = 'Check the network. If the connection is just slow, raise the option "timeout".'
export const ADDRESS_HINT = 'Check that BYTENITE_API_URL, or the option "apiUrl", is the address of the platform.'
