import { isByteNiteError } from '../../errors.js'

/** Resolves to `undefined` instead of rejecting, if the platform responds with 404. */
export async function orUndefinedIf404<Result>(asked: Promise<Result>): Promise<Result | undefined> {
  try {
    return await asked
  } catch (error) {
    if (isByteNiteError(error) && error.status === 404) return undefined
    throw error
  }
}
