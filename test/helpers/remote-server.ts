import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { json } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { REMOTE_PATH, type Runner } from '../../packages/local/dist/runners/runner.js'
import { listen } from './listen.ts'

/** A server by which workers reach runners, one after the other: a later one takes the place of an earlier one. */
export async function serveRunners(): Promise<(runner: Runner) => void> {
  let current: Runner | undefined
  const server = createServer((request, response) => {
    // Whoever asked is gone, or sees the connection break.
    answer(current, request, response).catch(() => response.destroy())
  })
  const port = await listen(server)
  return (runner) => {
    current = runner
    runner.remote?.listening(`http://127.0.0.1:${port}`)
  }
}

async function answer(runner: Runner | undefined, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://localhost')
  const path = pathname.slice(REMOTE_PATH.length)
  const secret = request.headers.authorization?.replace('Bearer ', '') ?? ''
  const body = (): AsyncIterable<Buffer> => request
  const { status, content } = (await runner?.remote?.handle({
    path,
    query,
    secret,
    body,
    json: () => json(request) as Promise<object>,
  })) ?? {
    status: 503,
  }
  response.writeHead(status)
  if (content === undefined) response.end()
  else if (Symbol.asyncIterator in content) await pipeline(Readable.from(content), response)
  else response.end(JSON.stringify(content))
}
