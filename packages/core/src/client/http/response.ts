import { ADDRESS_HINT, type HttpAnswer } from './exchange.js'
import { Failure } from './failure.js'

/** A whole answer. */
export interface Answer {
  call: string
  status: number
  headers: HttpAnswer['headers']
  text: string
}

/** Bytes of an answer; a page of a list has some hundred kilobytes at the most. */
const MAX_ANSWER = 16 * 1024 * 1024
/** Bytes of a refusal that are read for its reason. */
const MAX_REFUSAL = 64 * 1024

/** @throws {Failure} for an answer that is too large */
export async function readAnswer({ call, status, headers, chunks }: HttpAnswer): Promise<Answer> {
  const isSuccess = status >= 200 && status < 300
  const limit = isSuccess ? MAX_ANSWER : MAX_REFUSAL
  const parts: Buffer[] = []
  let size = 0
  for await (const chunk of chunks) {
    parts.push(chunk)
    size += chunk.length
    if (size <= limit) continue
    if (!isSuccess) break
    throw new Failure('INVALID_ANSWER', `${call} answered ${status} with more than 16 MiB`, {
      status,
      mayHaveActed: true,
      hint: ADDRESS_HINT,
    })
  }
  return { call, status, headers, text: Buffer.concat(parts).subarray(0, limit).toString('utf8') }
}
