import { isByteNiteError } from '../../errors.js'
import { sleep } from '../../utils/sleep.js'
import type { JobEventMessage } from '../../wire-jobs.js'
import type { Hints } from '../http/refusal.js'
import type { Transport } from '../transport.js'
import { linesOf } from './text-lines.js'

/** Milliseconds between a connection that broke and the next one. */
const PAUSE = 1_000

/**
 * What happens to jobs. After a connection that broke, connects again. Each connection starts with `missed`: what happened
 * before is to be read, and nothing after it is missing.
 * @throws {ByteNiteError} when connecting fails as often as requests are retried
 */
export async function* jobEvents(
  transport: Transport,
  path: string,
  hints: Hints,
  signal: AbortSignal | undefined,
): AsyncGenerator<JobEventMessage, void, undefined> {
  for (;;) {
    const chunks = await transport.open(path, 'text/event-stream', hints)
    try {
      yield* readMessages(chunks)
    } catch (error) {
      if (!isByteNiteError(error) || error.code !== 'UNREACHABLE') throw error
    }
    await sleep(PAUSE, signal)
  }
}

async function* readMessages(chunks: AsyncIterable<Buffer>): AsyncGenerator<JobEventMessage, void, undefined> {
  let isFirst = true
  let data = ''
  for await (const line of linesOf(chunks, 'GET /events')) {
    // The platform sends something at once, when it has begun to watch.
    if (isFirst) yield { event: 'missed', data: {} }
    isFirst = false
    if (line.startsWith('data:')) data += line.slice('data:'.length)
    if (line !== '' || data === '') continue
    const message = parseMessage(data)
    data = ''
    if (message !== undefined) yield message
  }
}

/** `undefined` for a message of another kind. */
function parseMessage(text: string): JobEventMessage | undefined {
  try {
    const { result } = JSON.parse(text) as { result?: { event?: unknown } }
    return typeof result?.event === 'string' ? (result as JobEventMessage) : undefined
  } catch {
    return undefined
  }
}
