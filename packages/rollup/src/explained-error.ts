import { ByteNiteError } from 'bytenite-uploader/config'

/**
 * For an error that the bundler prints as it is: its message ends with where the documentation explains it. Only this plugin's
 * errors before the publish need it; those of the publish are made presentable by code that a config does not load.
 */
export function explained(error: ByteNiteError): ByteNiteError {
  const { message, stack, docs } = error
  error.message = `${message}\nSee ${docs}`
  if (stack !== undefined) error.stack = stack.replace(message, () => error.message)
  return error
}

/** Runs something that checks options, and explains its errors. */
export function explaining<Value>(check: () => Value): Value {
  try {
    return check()
  } catch (error) {
    throw error instanceof ByteNiteError ? explained(error) : error
  }
}
