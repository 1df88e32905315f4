import { open, type FileHandle } from 'node:fs/promises'
import type { LogLine } from 'bytenite-uploader/wire-jobs'
import type { StoredLine } from './attempt-log.js'

const BLOCK = 64 * 1024

interface ReadLogOptions {
  /** When the file is there, if it is just being created. */
  opened?: Promise<void> | undefined
  /** Waits until the file is longer than so many bytes, and returns whether it is. Without it, the end of the file is the end. */
  waitForMore?: ((size: number) => Promise<boolean>) | undefined
  /** How many lines at the end to begin with. @default all */
  last?: number | undefined
}

/**
 * The lines of a log in their order, as many at once as there are; none if there is no such file. One by one, a million of them
 * would take several times as long.
 */
export async function* readLog(
  file: string,
  { opened, waitForMore, last }: ReadLogOptions = {},
): AsyncGenerator<LogLine[], void, undefined> {
  await opened
  const handle = await openIfThere(file)
  if (handle === undefined) return
  try {
    const block = Buffer.allocUnsafe(BLOCK)
    let rest: Buffer = Buffer.alloc(0)
    let position = last === undefined ? 0 : await beginningOfLast(handle, last)
    for (;;) {
      const { bytesRead } = await handle.read(block, 0, BLOCK, position)
      if (bytesRead === 0) {
        if (waitForMore === undefined || !(await waitForMore(position))) return
        continue
      }
      position += bytesRead
      const bytes = Buffer.concat([rest, block.subarray(0, bytesRead)])
      const end = bytes.lastIndexOf(10) + 1
      rest = bytes.subarray(end)
      const texts = bytes.toString('utf8', 0, end).split('\n')
      yield texts.flatMap((text) => (text === '' ? [] : parseLine(text)))
    }
  } finally {
    await handle.close()
  }
}

/** What a power failure has damaged must not hide the other lines, so it is shown as it is. */
function parseLine(line: string): LogLine {
  try {
    const stored = JSON.parse(line) as StoredLine
    if (typeof stored.l === 'string' && typeof stored.s === 'string') return toLogLine(stored)
  } catch {
    // No JSON, or no time.
  }
  return { log: line, timestamp: new Date(0).toISOString(), level: 'WARN', container: 'main' }
}

/** Where the last lines of a file begin. The file is read from its end, because a log may be long. */
async function beginningOfLast(handle: FileHandle, count: number): Promise<number> {
  const block = Buffer.allocUnsafe(BLOCK)
  // The last line ends with a line break, too.
  let missing = count + 1
  for (let end = (await handle.stat()).size; end > 0;) {
    const from = Math.max(0, end - BLOCK)
    const { bytesRead } = await handle.read(block, 0, end - from, from)
    for (let index = bytesRead - 1; index >= 0; index--) if (block[index] === 10 && --missing === 0) return from + index + 1
    end = from
  }
  return 0
}

function toLogLine({ t, s, l }: StoredLine): LogLine {
  const line = { log: l, timestamp: new Date(t).toISOString() }
  return s === 'stdout' || s === 'stderr' ? { ...line, level: 'UNKNOWN', stream: s } : { ...line, level: s, container: 'main' }
}

async function openIfThere(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
