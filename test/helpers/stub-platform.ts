import { createServer, type RequestListener } from 'node:http'
import { listen } from './listen.ts'

/**
 * A server that stands in for a platform that errs: what is asked for is not there, and everything else is handled by `respond`.
 * @param get handles what is asked for, instead
 * @returns its API's address
 */
export async function serveStub(respond: RequestListener, get: RequestListener = responseJson(404, { ok: false })): Promise<string> {
  const server = createServer((request, response) => (request.method === 'GET' ? get : respond)(request, response))
  return `http://127.0.0.1:${await listen(server)}/v1`
}

/** Responds with this status and body, once it has the whole request. A string is sent as it is. */
export function responseJson(status: number, body: unknown, headers: Record<string, string> = {}): RequestListener {
  return (request, response) => {
    request.resume()
    request.on('error', () => {})
    request.on('end', () => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    })
  }
}
