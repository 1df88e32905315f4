import { once } from 'node:events'
import { createServer, request as sendRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { Transform } from 'node:stream'
import { listen } from './listen.ts'

/** Decides what becomes of an upload; the other requests reach the platform unharmed. */
export type Fault = (upload: Upload) => Promise<void>

export interface FaultyPlatform {
  apiUrl: string
  /** The requests that came in, as `POST /v1/dev/apps`. */
  requests: string[]
  /** Those that the other side has not closed; from now on everything is read. */
  openConnections(): number
}

/** A server before a real platform that does to uploads what networks and proxies do. */
export async function startFaultyPlatform(platformUrl: string, fault: Fault): Promise<FaultyPlatform> {
  const requests: string[] = []
  const sockets = new Set<Socket>()
  const received: IncomingMessage[] = []
  let uploads = 0
  const server = createServer((request, response) => {
    // Who stops an upload breaks the connection; that is what happens here all the time.
    request.on('error', () => {})
    response.on('error', () => {})
    const call = `${request.method} ${request.url}`
    requests.push(call)
    received.push(request)
    const upload = new Upload(++uploads, platformUrl, request, response)
    if (call !== 'POST /v1/dev/apps') {
      uploads--
      void upload.pass()
    } else fault(upload).catch((error: unknown) => upload.fail(error))
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  return {
    apiUrl: `http://127.0.0.1:${await listen(server)}/v1`,
    requests,
    openConnections() {
      // What is not read does not see its end.
      for (const request of received) request.resume()
      return sockets.size
    },
  }
}

interface PlatformResponse {
  status: number
  body: string
}

/** One attempt at an upload, in the hands of a fault. */
class Upload {
  /** Which attempt it is, from 1. */
  readonly number: number
  readonly #platform: URL
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #socket: Socket

  constructor(number: number, platformUrl: string, request: IncomingMessage, response: ServerResponse) {
    this.number = number
    this.#platform = new URL(platformUrl)
    this.#request = request
    this.#response = response
    this.#socket = request.socket
  }

  /** Lets it through. */
  async pass(): Promise<void> {
    try {
      const { status, body } = await this.forward()
      this.response(status, body)
    } catch {
      // The client went away before its request was whole.
      this.#socket.destroy()
    }
  }

  /** Gives it to the platform and keeps the response back. @param pause milliseconds after each piece of 4 MB */
  async forward(pause = 0): Promise<PlatformResponse> {
    const { method, url, headers } = this.#request
    const { hostname, port } = this.#platform
    const forwarded = sendRequest({ hostname, port, method, path: url, headers, agent: false })
    let passed = 0
    const slow = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        passed += chunk.length
        const wait = passed > 4e6 ? pause : 0
        if (wait > 0) passed = 0
        setTimeout(() => done(null, chunk), wait)
      },
    })
    this.#request.once('close', () => {
      if (!this.#request.complete) forwarded.destroy()
    })
    if (pause > 0) this.#request.pipe(slow).pipe(forwarded)
    else this.#request.pipe(forwarded)
    const [response] = (await once(forwarded, 'response')) as [IncomingMessage]
    return { status: response.statusCode ?? 0, body: await text(response) }
  }

  /** Takes its body and forgets it; all of it, or so many bytes and no more. */
  async receive(bytes = Infinity): Promise<void> {
    let received = 0
    for await (const chunk of this.#request.iterator({ destroyOnReturn: false })) {
      received += (chunk as Buffer).length
      if (received >= bytes) {
        this.#request.pause()
        return
      }
    }
  }

  get size(): number {
    return Number(this.#request.headers['content-length'])
  }

  /** Responds at once, and goes on to read what still comes, so that the response is not lost. */
  response(status: number, body: string, headers: Record<string, string> = { 'content-type': 'application/json' }): void {
    this.#response.writeHead(status, headers).end(body)
    this.#request.resume()
  }

  /** Responds and closes the connection, whatever still comes. */
  responseAndClose(status: number, body: string): void {
    this.#response.writeHead(status, { connection: 'close' }).end(body)
  }

  /** Announces the whole body, and closes the connection after half of it. */
  responseHalf(status: number, body: string): void {
    this.#response.writeHead(status, { 'content-type': 'application/json', 'content-length': String(body.length) })
    this.#response.write(body.slice(0, body.length / 2), () => this.#socket.end())
  }

  hangUp(): void {
    this.#socket.end()
  }

  reset(): void {
    this.#socket.resetAndDestroy()
  }

  /** A fault of the test itself. */
  fail(error: unknown): void {
    if (this.#request.complete) throw error
    this.#socket.destroy()
  }
}
