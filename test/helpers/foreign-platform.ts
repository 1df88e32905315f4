import { createHash } from 'node:crypto'
import { json } from 'node:stream/consumers'
import type { AppRecord } from 'bytenite-uploader/wire'
import { foreign } from './foreign-text.ts'
import { responseJson, serveStub } from './stub-platform.ts'

/**
 * A platform that accepts everything, and fills each field of its records and templates with {@link foreign}, but for those
 * that a client compares.
 * @returns what a user would export
 */
export async function startForeignPlatform(): Promise<Record<string, string>> {
  let hash: string | undefined
  const recordOf = (tag: string): AppRecord => {
    const [name = '', version = ''] = decodeURIComponent(tag).split('@')
    return { id: foreign, name, version, status: foreign, revision: foreign, link: foreign, ...(hash !== undefined && { hash }) }
  }
  const apiUrl = await serveStub(
    async (request, response) => {
      const body = (await json(request)) as { data?: string }
      response.setHeader('content-type', 'application/json')
      if (body.data === undefined) return response.end(JSON.stringify({ ...body, id: foreign }))
      const tar = Buffer.from(body.data, 'base64')
      hash = createHash('sha256').update(tar).digest('base64')
      const { name, version } = JSON.parse(/\{[^]*?\n\}/.exec(tar.toString('latin1'))?.[0] ?? '') as Record<string, string>
      return response.end(JSON.stringify(recordOf(`${name}@${version}`)))
    },
    (request, response) => {
      const [, tag] = /\/apps\/([^/]+)$/.exec(request.url ?? '') ?? []
      if (tag === undefined || hash === undefined) responseJson(404, {})(request, response)
      else responseJson(200, { app: recordOf(tag) })(request, response)
    },
  )
  return { BYTENITE_API_URL: apiUrl, BYTENITE_ACCESS_TOKEN: 'some-token' }
}

/** A platform that refuses everything, in words that are {@link foreign}. */
export async function startRefusingPlatform(): Promise<Record<string, string>> {
  const refusal = { ok: false, requestId: foreign, message: foreign, error: { code: foreign, message: foreign, description: foreign } }
  return { BYTENITE_API_URL: await serveStub(responseJson(400, refusal), responseJson(400, refusal)), BYTENITE_ACCESS_TOKEN: 'some-token' }
}
