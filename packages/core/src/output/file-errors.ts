import { ByteNiteError } from '../errors.js'

export function unreadable(path: string, error: unknown): ByteNiteError {
  return new ByteNiteError('UNREADABLE_FILE', `Cannot read ${path}: ${(error as Error).message}`, {
    hint: 'Make it readable, or skip it with the option "exclude".',
    cause: error,
  })
}

export function changed(source: string): ByteNiteError {
  return new ByteNiteError('FILE_CHANGED', `${source} changed while it was being packed.`, {
    hint: 'Another process is still writing to the output directory. Let the build finish, then publish.',
  })
}
