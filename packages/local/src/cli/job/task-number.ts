import { UsageError } from 'bytenite-uploader/internal/command-line'

/** The number of a task, which is that of its chunk. @throws {UsageError} */
export function readTaskNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new UsageError(`Invalid --task "${text}": expected the number of a task, from 0.`)
}
