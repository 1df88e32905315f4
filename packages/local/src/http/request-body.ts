import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { ApiContext } from './api-env.js'
import { Refusal } from '../refusal.js'

/**
 * A request's body as it arrives. Whoever stops early can still respond: the connection stays open.
 * @throws {Refusal} 408 when nothing arrives for too long
 */
export async function* streamBody(c: ApiContext): AsyncGenerator<Buffer> {
  const chunks = nodeStreamOf(c).iterator({ destroyOnReturn: false }) as AsyncGenerator<Buffer>
  try {
    for (;;) {
      const { done, value } = await within(c.get('idleTimeout'), chunks.next())
      if (done) return
      yield value
    }
  } finally {
    // Not awaited, because it waits for a chunk that is still to come.
    void chunks.return(undefined)
  }
}

/**
 * Reads the rest of a body that a response comes too early for, if Node closes the connection right after the response.
 * Otherwise a client that still sends would get a reset instead of the response.
 */
export async function skipBody(c: ApiContext): Promise<void> {
  const { incoming, outgoing } = c.env
  if (incoming?.complete !== false || outgoing?.shouldKeepAlive !== false) return
  for await (const _ of streamBody(c));
}

/**
 * @param maxSize in bytes
 * @throws {Refusal} 413 when the body is larger, 400 unless it is a JSON object
 */
export async function readJsonBody(c: ApiContext, maxSize: number): Promise<object> {
  return asObject(parseJson(await readText(c, maxSize)))
}

/**
 * Like {@link readJsonBody}, for a request that may do without a body.
 * @returns `{}` for an empty body
 */
export async function readOptionalJsonBody(c: ApiContext, maxSize: number): Promise<object> {
  const text = await readText(c, maxSize)
  return text.trim() === '' ? {} : asObject(parseJson(text))
}

/** Like {@link readJsonBody}, for a body of any type. */
export async function readJsonValue(c: ApiContext, maxSize: number): Promise<unknown> {
  return parseJson(await readText(c, maxSize))
}

/** The fields of a form as browsers send it. */
export async function readForm(c: ApiContext, maxSize: number): Promise<URLSearchParams> {
  return new URLSearchParams(await readText(c, maxSize))
}

async function readText(c: ApiContext, maxSize: number): Promise<string> {
  const checkSize = (size: number): void => {
    if (size > maxSize) throw new Refusal(413, `the body is larger than ${maxSize / 1024} KiB`)
  }
  checkSize(Number(c.req.header('content-length') ?? 0))
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of streamBody(c)) {
    size += chunk.length
    checkSize(size)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function nodeStreamOf(c: ApiContext): Readable {
  if (c.env.incoming !== undefined) return c.env.incoming
  const { body } = c.req.raw
  return body === null ? Readable.from([]) : Readable.fromWeb(body as ReadableStream)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The original message quotes the body, which may contain a secret.
    throw new Refusal(400, 'the body is not valid JSON')
  }
}

function asObject(json: unknown): object {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Refusal(400, 'the body is not a JSON object')
  return json
}

async function within<Value>(milliseconds: number, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Refusal(408, `nothing of the body arrived for ${milliseconds / 1000} seconds`)), milliseconds)
  })
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer))
}
