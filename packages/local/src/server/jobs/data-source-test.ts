import type { DataSourceTestResponse } from 'bytenite-uploader/wire-jobs'
import * as v from 'valibot'
import { checkSource } from '../../jobs/requests/data-rules.js'
import { downloadName } from '../../jobs/files/file-name.js'
import { loginHeaders, reasonOf, withoutQuery } from '../../jobs/files/url.js'
import type { Login } from '../../jobs/kept/stored-job.js'
import { Refusal } from '../../refusal.js'
import { checkRequest } from '../../http/check-request.js'

/** Milliseconds that a server may take for the headers of its response. */
const TIMEOUT = 30_000

const TestRequest = v.object({
  dataSource: v.looseObject(
    {
      dataSourceDescriptor: v.pipe(v.string('must be a string'), v.nonEmpty('must not be empty')),
      params: v.nullish(v.record(v.string(), v.unknown(), 'must be an object')),
    },
    'must be an object',
  ),
  listFiles: v.nullish(v.boolean('must be true or false')),
})

interface FoundFile {
  name: string
  /** Bytes; 0 if the server does not say. */
  size: number
  type: string
}

const NO_FILE: FoundFile = { name: '', size: 0, type: '' }

/**
 * Looks whether a source can be read, without reading it: the response to `POST /datasource/test`.
 * @throws {Refusal} 400 that says why it cannot
 */
export async function testDataSource(body: unknown): Promise<DataSourceTestResponse> {
  const { dataSource, listFiles } = checkRequest(TestRequest, body)
  const { dataSourceDescriptor, params } = dataSource
  const { source, login } = checkSource({ dataSourceDescriptor, params: params ?? {} })
  const { url, name } = source.params ?? {}
  const found = typeof url === 'string' ? await lookAt(url, typeof name === 'string' ? name : undefined, login) : NO_FILE
  return toResponse(found, listFiles === true)
}

function toResponse({ name, size, type }: FoundFile, isListed: boolean): DataSourceTestResponse {
  const text = String(size)
  const hasFiles = isListed && name !== ''
  return {
    filename: name,
    path: name,
    size: text,
    properties: type === '' ? {} : { contentType: type },
    tempUrl: '',
    files: hasFiles ? { name: '', path: '', directories: [], files: [{ id: name, name, path: name, size: text }] } : null,
  }
}

async function lookAt(url: string, name: string | undefined, login: Login | undefined): Promise<FoundFile> {
  const signal = AbortSignal.timeout(TIMEOUT)
  const request = async (method: string): Promise<Response> => {
    const response = await fetch(url, { method, signal, headers: loginHeaders(login) }).catch((error: unknown) => {
      throw refused(url, reasonOf(error))
    })
    await response.body?.cancel()
    return response
  }
  const head = await request('HEAD')
  // Some servers allow only GET, such as those of links that are signed for it.
  const response = head.ok ? head : await request('GET')
  if (!response.ok) throw refused(url, `the server responded with ${response.status}`)
  return {
    name: downloadName(name, response.headers, response.url || url),
    size: Number(response.headers.get('content-length') ?? 0),
    type: response.headers.get('content-type') ?? '',
  }
}

function refused(url: string, reason: string): Refusal {
  return new Refusal(400, `dataSource: ${withoutQuery(url)} cannot be read: ${reason}`)
}
