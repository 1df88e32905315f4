import { inspect } from 'node:util'
import { plainText } from 'bytenite-uploader/internal/plain-text'

/** An unexpected error with its stack, as `console.error` shows it, but safe to print. */
export function bugReport(error: Error): string {
  const lines = inspect(error).replace(error.message, plainText).split('\n')
  return lines.map((line) => plainText(line)).join('\n')
}
