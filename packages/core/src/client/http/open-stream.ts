import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import type { HttpResponse } from './exchange.js'
import { Failure } from './failure.js'

/** Sends a request, and passes the response on. Rejects if `read` does, or if no complete response arrives. */
type Exchange = (signal: AbortSignal, read: (response: HttpResponse) => Promise<void>) => Promise<void>

/**
 * Turns a response that is read by a callback into one that is read in a loop, and ends when the loop does.
 * @returns once the response has started; it has to be read then
 */
export function openStream(exchange: Exchange): Promise<AsyncGenerator<Buffer, void, undefined>> {
  const stop = new AbortController()
  const content = new PassThrough()
  // A reader gets it, too.
  content.on('error', () => {})
  return new Promise((resolve, reject) => {
    const ended = exchange(stop.signal, async ({ chunks }) => {
      resolve(read())
      for await (const chunk of chunks) if (!content.write(chunk)) await once(content, 'drain', { signal: stop.signal })
      content.end()
    }).catch((error: unknown) => {
      reject(error as Error)
      content.destroy(error instanceof Failure ? error.toError({ attempts: 1 }) : (error as Error))
    })

    async function* read(): AsyncGenerator<Buffer, void, undefined> {
      try {
        yield* content as AsyncIterable<Buffer>
      } finally {
        stop.abort()
        await ended
      }
    }
  })
}
