import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { GenericResponse } from 'bytenite-uploader/wire'
import type { Context } from 'hono'
import { Refusal } from './refusal.js'

/** The response to a request that succeeded and returns no record. */
export function done(message: string): GenericResponse {
  return { ok: true, requestId: randomUUID(), message }
}

/** A request's body as a Node stream; empty when there is none. */
export function bodyOf(c: Context): Readable {
  const { body } = c.req.raw
  return body === null ? Readable.from([]) : Readable.fromWeb(body as ReadableStream)
}

/** @throws {Refusal} 400 unless the body is a JSON object */
export async function readJsonBody(c: Context): Promise<object> {
  const json: unknown = await c.req.json().catch((error: Error) => {
    throw new Refusal(400, `the body is not valid JSON: ${error.message}`)
  })
  if (typeof json !== 'object' || json === null) throw new Refusal(400, 'the body is not a JSON object')
  return json
}
