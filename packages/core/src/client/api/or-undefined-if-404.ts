import { isByteNiteError } from '../../errors.js'

/** What was asked for; `undefined` when the platform does not have it. */
export async function orUndefinedIf404<Result>(asked: Promise<Result>): Promise<Result | undefined> {
  try {
    return await asked
  } catch (error) {
    if (isByteNiteError(error) && error.status === 404) return undefined
    throw error
  }
}
