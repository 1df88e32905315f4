import * as v from 'valibot'
import { ADDRESS_HINT, type HttpAnswer } from './exchange.js'
import { Failure } from './failure.js'
import { refusal } from './refusal.js'

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

/**
 * A success's JSON, in which what the code depends on is checked. All else stays as it came.
 * @param expected what it should be, for messages
 * @throws {Failure}
 */
export function parseAnswer<Result>(schema: v.GenericSchema, answer: Answer, expected: string): Result {
  let json: unknown
  try {
    json = JSON.parse(answer.text)
  } catch {
    throw invalidAnswer(answer, expected, answer.text === '' ? 'the answer is empty' : 'the answer is not JSON')
  }
  const result = v.safeParse(schema, json)
  if (result.success) return json as Result
  // A generic answer that says no, with a status that says yes.
  if (v.is(NegativeSchema, json)) throw refusal(answer)
  const [issue] = result.issues
  throw invalidAnswer(answer, expected, `${v.getDotPath(issue) ?? 'the answer'}: expected ${issue.expected ?? 'another value'}`)
}

const NegativeSchema = v.looseObject({ ok: v.literal(false) })

export function invalidAnswer({ call, status }: Answer, expected: string, reason: string): Failure {
  return new Failure('INVALID_ANSWER', `${call} answered ${status}, but not with ${expected}: ${reason}`, {
    status,
    mayHaveActed: true,
    hint: ADDRESS_HINT,
  })
}
