import { ByteNiteError } from '../errors.js'

export function unreadable(path: string, error: unknown): ByteNiteError {
  return new ByteNiteError('UNREADABLE_FILE', `${path} cannot be read: ${(error as Error).message}`, {
    hint: 'Make it readable, or leave it out with the option "exclude".',
    cause: error,
  })
}

export function changed(source: string): ByteNiteError {
  return new ByteNiteError('FILE_CHANGED', `${source} changed while it was being packed.`, {
    hint: 'Something still writes to the output directory: let the build finish first, then publish.',
  })
}
