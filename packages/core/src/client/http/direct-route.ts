import type { ClientRequest, IncomingMessage } from 'node:http'
import { CONNECT_TIMEOUT, type Route } from './route.js'

/** A way without a proxy, by the client that is part of Node: undici takes a fifth of a second to load, and to unload. */
export function createDirectRoute(): Route {
  let isClosed = false
  let inUse: { destroy(): void }[] = []
  return {
    hasProxy: false,
    async send({ url, method, headers, body }) {
      const { Agent, request } = await (url.protocol === 'https:' ? import('node:https') : import('node:http'))
      // Not the shared agent, which others may have given a proxy. One that closes the connection says so, and then a server
      // that refuses a large body may close it before the refusal has been read.
      const agent = new Agent({ keepAlive: true })
      const opened = request(url, { method, agent })
      // Not as an option: for one who debugs Node (`NODE_DEBUG=http`), it prints the options.
      for (const [name, value] of Object.entries(headers)) opened.setHeader(name, value)
      inUse = [opened, agent]
      const response = responseOf(opened)
      if (isClosed) opened.destroy()
      if (body === undefined) opened.end()
      void connected(opened, url).then(() => body && write(opened, body))
      const received = await response
      return { status: received.statusCode ?? 0, headers: received.headers, body: received }
    },
    async close() {
      isClosed = true
      for (const one of inUse) one.destroy()
    },
  }
}

function responseOf(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve)
    // Stays on: what happens after the response has started is an error of the response.
    request.on('error', reject)
    request.once('close', () => reject(Object.assign(new Error('The connection closed.'), { code: 'ECONNRESET' })))
  })
}

/** Resolves once there is a connection. Ends the request if there is none for too long. */
function connected(request: ClientRequest, { protocol }: URL): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      request.destroy(Object.assign(new Error('The connection took too long.'), { code: 'ETIMEDOUT' }))
    }, CONNECT_TIMEOUT)
    const stop = (): void => clearTimeout(timer)
    request.once('close', stop)
    request.once('socket', (socket) => {
      socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        stop()
        resolve()
      })
    })
  })
}

/** Writes a body, no faster than it is sent. If reading it fails, so does the request. */
async function write(request: ClientRequest, body: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const chunk of body) {
      if (!request.write(chunk)) await drained(request)
      if (request.destroyed) return
    }
    request.end()
  } catch (error) {
    request.destroy(error as Error)
  }
}

function drained(request: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      request.off('drain', go)
      request.off('close', go)
      resolve()
    }
    request.on('drain', go)
    request.on('close', go)
  })
}
