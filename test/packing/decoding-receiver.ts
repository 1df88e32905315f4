import { createWriteStream } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import { serveStub } from '../helpers/stub-platform.ts'

/** How a body is read: what happens before each piece of it. */
export type Pace = () => Promise<void> | undefined

/** A platform that knows nothing but how to decode an upload into a file, without this project's code. */
export function startReceiver(file: string, pace: Pace): Promise<string> {
  return serveStub((request, response) => {
    void pipeline(decode(request, pace), createWriteStream(file)).then(() => response.end('{"name":"a","version":"1.0"}'))
  })
}

const HEAD = '{"data":"'
const TAIL = '"}'

async function* decode(request: IncomingMessage, pace: Pace): AsyncGenerator<Buffer> {
  let text = ''
  let isBegun = false
  for await (const chunk of request) {
    await pace()
    text += (chunk as Buffer).toString('latin1')
    if (!isBegun && text.length >= HEAD.length) {
      if (!text.startsWith(HEAD)) throw new Error('The body does not begin as it should.')
      text = text.slice(HEAD.length)
      isBegun = true
    }
    const whole = Math.max(0, text.length - TAIL.length - 4)
    const length = whole - (whole % 4)
    yield Buffer.from(text.slice(0, length), 'base64')
    text = text.slice(length)
  }
  if (!text.endsWith(TAIL)) throw new Error('The body does not end as it should.')
  yield Buffer.from(text.slice(0, -TAIL.length), 'base64')
}

/** Reads as it comes. */
export const atOnce: Pace = () => undefined

/** Reads about so many bytes a second, in pieces of 64 KiB. */
export function slowly(rate: number): Pace {
  const start = performance.now()
  let pieces = 0
  return async () => {
    const ahead = start + (++pieces * 65_536 * 1000) / rate - performance.now()
    if (ahead > 2) await setTimeout(ahead)
  }
}

/** Stops now and then, for long enough that everything on the way fills up. */
export function withPauses(seed: number): Pace {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    // The lower bits come round too soon.
    const random = state >>> 16
    return random % 100 === 0 ? setTimeout(random % 40) : undefined
  }
}
