import { Hono } from 'hono'
import type { ApiEnv } from '../http/api-env.js'
import { readJsonBody, streamBody } from '../http/request-body.js'
import { REMOTE_PATH, type RemotePlace } from '../runners/runner.js'

/** Bytes of a message: a worker sends much output in pieces. */
const MAX_MESSAGE = 8 * 1024 * 1024

/** Passes requests of programs on other machines on to the place that has started them. */
export function remoteRoutes({ handle }: RemotePlace): Hono<ApiEnv> {
  return new Hono<ApiEnv>().post(`${REMOTE_PATH}*`, async (c) => {
    const { pathname, searchParams } = new URL(c.req.url)
    const { status, content } = await handle({
      path: pathname.slice(REMOTE_PATH.length),
      query: searchParams,
      secret: /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1] ?? '',
      json: () => readJsonBody(c, MAX_MESSAGE),
      body: () => streamBody(c),
    })
    if (content === undefined) return c.body(null, status)
    if (Symbol.asyncIterator in content) return c.body(ReadableStream.from(content) as globalThis.ReadableStream, 200)
    return c.json(content, 200)
  })
}
