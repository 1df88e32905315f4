import { once } from 'node:events'
import { request as requestOverHttp, type Agent, type IncomingMessage } from 'node:http'
import { request as requestOverHttps } from 'node:https'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'

export interface RequestOptions {
  method?: string
  /** Also those that `fetch` sets by itself, such as `host`. */
  headers?: Record<string, string>
  /** Pieces are sent as they come, and without a length unless there is a header with it. */
  body?: string | Iterable<string | Buffer> | AsyncIterable<string | Buffer>
  /** Instead of the path of the URL. */
  path?: string
  agent?: Agent
  /** Certificate of the authority that signed that of the server. */
  ca?: Buffer
  /** Name that the server's certificate is for, if it is not that in the URL. */
  servername?: string
}

export interface RawResponse {
  status: number
  headers: IncomingMessage['headers']
  body: Buffer
  /** Why the platform refuses. */
  reason: string | undefined
}

/** Sends a request as it is given, whatever `fetch` would think of it. Resolves with the response, even if it comes early. */
export async function sendRequest(url: string, { body = [], ...options }: RequestOptions = {}): Promise<RawResponse> {
  const request = (url.startsWith('https:') ? requestOverHttps : requestOverHttp)(url, options)
  const responding = once(request, 'response') as Promise<[IncomingMessage]>
  const sending = typeof body === 'string' ? Promise.resolve(request.end(body)) : pipeline(body, request)
  // Whoever responds early may close the connection.
  sending.catch(() => {})
  const [response] = await responding
  const received = await buffer(response)
  return { status: response.statusCode ?? 0, headers: response.headers, body: received, reason: reasonIn(received) }
}

function reasonIn(body: Buffer): string | undefined {
  try {
    return (JSON.parse(body.toString()) as { error?: { description?: string } }).error?.description
  } catch {
    return undefined
  }
}
