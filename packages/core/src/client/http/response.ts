import { ADDRESS_HINT, type HttpResponse } from './exchange.js'
import { Failure } from './failure.js'

/** A response with its whole body. */
export interface TextResponse {
  call: string
  status: number
  headers: HttpResponse['headers']
  text: string
}

/** Bytes of a response. A page of a list is a few hundred kilobytes at most. */
const MAX_RESPONSE = 16 * 1024 * 1024
/** Bytes of a refusal that are read for its reason. */
const MAX_REFUSAL = 64 * 1024

/** @throws {Failure} if the response is too large */
export async function readResponse({ call, status, headers, chunks }: HttpResponse): Promise<TextResponse> {
  const isSuccess = status >= 200 && status < 300
  const limit = isSuccess ? MAX_RESPONSE : MAX_REFUSAL
  const parts: Buffer[] = []
  let size = 0
  for await (const chunk of chunks) {
    parts.push(chunk)
    size += chunk.length
    if (size <= limit) continue
    if (!isSuccess) break
    throw new Failure('INVALID_RESPONSE', `${call} responded with ${status} and more than 16 MiB`, {
      status,
      mayHaveActed: true,
      hint: ADDRESS_HINT,
    })
  }
  return { call, status, headers, text: Buffer.concat(parts).subarray(0, limit).toString('utf8') }
}
