import * as v from 'valibot'
import type { TextResponse } from './response.js'
import { ADDRESS_HINT } from './exchange.js'
import { Failure } from './failure.js'
import { refusal } from './refusal.js'

/**
 * A success's JSON, in which what the code depends on is checked. All else stays as it came.
 * @param expected what it should be, for messages
 * @throws {Failure}
 */
export function parseResponse<Result>(schema: v.GenericSchema, response: TextResponse, expected: string): Result {
  let json: unknown
  try {
    json = JSON.parse(response.text)
  } catch {
    throw invalidResponse(response, expected, response.text === '' ? 'the response is empty' : 'the response is not JSON')
  }
  const result = v.safeParse(schema, json)
  if (result.success) return json as Result
  // A generic response that says no, with a status that says yes.
  if (v.is(NegativeSchema, json)) throw refusal(response)
  const [issue] = result.issues
  throw invalidResponse(response, expected, `${v.getDotPath(issue) ?? 'the response'}: expected ${issue.expected ?? 'another value'}`)
}

const NegativeSchema = v.looseObject({ ok: v.literal(false) })

export function invalidResponse({ call, status }: TextResponse, expected: string, reason: string): Failure {
  return new Failure('INVALID_RESPONSE', `${call} responded with ${status}, but not with ${expected}: ${reason}`, {
    status,
    mayHaveActed: true,
    hint: ADDRESS_HINT,
  })
}
