import * as v from 'valibot'
import { Refusal } from '../refusal.js'

/**
 * Checks what a client sent. Unknown fields are left out.
 * @param what name of the checked value, for issues that concern it as a whole
 * @throws {Refusal} 400 that lists every broken rule. It never repeats a value, which may be a secret.
 */
export function checkRequest<Schema extends v.GenericSchema>(schema: Schema, value: unknown, what = 'the body'): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value)
  if (result.success) return result.output
  throw new Refusal(400, result.issues.map((issue) => `${v.getDotPath(issue) ?? what}: ${reasonOf(issue)}`).join('; '))
}

/** valibot's own messages repeat the value. Those of this project start with a small letter. */
function reasonOf(issue: v.BaseIssue<unknown>): string {
  if (!issue.message.startsWith('Invalid ')) return issue.message
  return issue.input === undefined ? 'is missing' : `must be ${issue.expected ?? 'another value'}`
}
