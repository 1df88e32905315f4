import * as v from 'valibot'
import type { Answer } from './response.js'
import { ADDRESS_HINT } from './exchange.js'
import { Failure } from './failure.js'
import { refusal } from './refusal.js'

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
