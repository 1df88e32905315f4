import type { LogLine } from 'bytenite-uploader/wire-jobs'
import { styledText, type StyledPart } from './styled-text.js'

/** A line of a log as a page shows it. */
export interface ShownLine {
  /** RFC 3339 time. */
  t: string
  /** Who wrote it: the program, to one of its streams, or the platform, with the level. */
  s: 'stdout' | 'stderr' | string
  /** Whether the platform wrote it. */
  m: boolean
  p: StyledPart[]
}

export function shownLine({ log, timestamp, level, stream }: LogLine): ShownLine {
  return { t: timestamp, s: stream ?? level, m: stream === undefined, p: styledText(log) }
}

/** As lines of JSON, as they come. */
export async function* writeShown(batches: AsyncIterable<readonly LogLine[]>): AsyncGenerator<string> {
  for await (const lines of batches) yield lines.map((line) => `${JSON.stringify(shownLine(line))}\n`).join('')
}

/** The last lines of a log. */
export interface EndOfLog {
  lines: LogLine[]
  /** Whether there were others before. */
  isCut: boolean
}

export async function lastLines(lines: AsyncIterable<LogLine>, count: number): Promise<EndOfLog> {
  const last: LogLine[] = []
  let isCut = false
  for await (const line of lines) {
    last.push(line)
    if (last.length < count * 2) continue
    last.splice(0, count)
    isCut = true
  }
  return { lines: last.slice(-count), isCut: isCut || last.length > count }
}
