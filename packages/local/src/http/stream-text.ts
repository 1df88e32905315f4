import type { ApiContext } from './api-env.js'

/** Characters of small pieces to send together. */
const BATCH = 16 * 1024

/**
 * Responds with text as it comes, and no faster than the client reads. A stream of events goes on for ever, so it may be cut.
 * @param pieces what to send; the signal aborts when the client has gone
 */
export function streamText(c: ApiContext, type: string, pieces: (signal: AbortSignal) => AsyncIterable<string>): Response {
  // A proxy must not keep it back.
  const headers = { 'content-type': type, 'cache-control': 'no-store', 'x-accel-buffering': 'no' }
  if (type === 'text/event-stream') c.set('mayBeCut', true)
  const stop = new AbortController()
  const iterator = pieces(stop.signal)[Symbol.asyncIterator]()
  // Nobody would read it, nor let go of what it holds.
  if (c.req.method === 'HEAD') return c.body(null, 200, headers)
  const encoder = new TextEncoder()
  const content = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    async cancel() {
      stop.abort()
      await iterator.return?.()
    },
  })
  return c.body(content, 200, headers)
}

/** Joins small pieces, because each has a cost. Not for what is to arrive at once. */
export async function* inBatches(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let batch = ''
  for await (const piece of pieces) {
    batch += piece
    if (batch.length < BATCH) continue
    yield batch
    batch = ''
  }
  if (batch !== '') yield batch
}
