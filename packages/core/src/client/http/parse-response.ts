import * as v from 'valibot'
import type { TextResponse } from './response.js'
import { ADDRESS_HINT } from './exchange.js'
import { Failure } from './failure.js'
import { refusal } from './refusal.js'

/**
 * Parses the JSON of a successful response. Checks only the fields that the client depends on, and keeps all others.
 * @param expected description of the expected content, for messages
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
  // A refusal in the body, despite a success status.
  if (v.is(NegativeSchema, json)) throw refusal(response)
  const [issue] = result.issues
  throw invalidResponse(
    response,
    expected,
    `${v.getDotPath(issue) ?? 'the response'} ${issue.kind === 'validation' ? issue.message : `must be ${issue.expected ?? 'another value'}`}`,
  )
}

const NegativeSchema = v.looseObject({ ok: v.literal(false) })

export function invalidResponse({ call, status }: TextResponse, expected: string, reason: string): Failure {
  return new Failure('INVALID_RESPONSE', `${call} responded with ${status}, but without ${expected}: ${reason}`, {
    status,
    mayHaveActed: true,
    hint: ADDRESS_HINT,
  })
}
