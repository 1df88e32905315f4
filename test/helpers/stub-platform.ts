import { createServer, type RequestListener } from 'node:http'
import { listen } from './listen.ts'

/**
 * A server that stands in for a platform that errs: what is asked for is not there, and all else is answered by `answer`.
 * @param get answers what is asked for, instead
 * @returns its API's address
 */
export async function serveStub(answer: RequestListener, get: RequestListener = answerJson(404, { ok: false })): Promise<string> {
  const server = createServer((request, response) => (request.method === 'GET' ? get : answer)(request, response))
  return `http://127.0.0.1:${await listen(server)}/v1`
}

/** Answers with this status and body, once it has the whole request. A string is sent as it is. */
export function answerJson(status: number, body: unknown, headers: Record<string, string> = {}): RequestListener {
  return (request, response) => {
    request.resume()
    request.on('error', () => {})
    request.on('end', () => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    })
  }
}
