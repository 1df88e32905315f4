import { open, type FileHandle } from 'node:fs/promises'
import type { LogLine } from 'bytenite-uploader/wire-jobs'
import type { StoredLine } from './attempt-log.js'

const BLOCK = 64 * 1024

/**
 * The lines of a log in their order; none if there is no such file.
 * @param waitForMore waits until the file is longer than so many bytes, and returns whether it is. Without it, the end of the file
 * is the end.
 */
export async function* readLog(file: string, waitForMore?: (size: number) => Promise<boolean>): AsyncGenerator<LogLine, void, undefined> {
  const handle = await openIfThere(file)
  if (handle === undefined) return
  try {
    const block = Buffer.allocUnsafe(BLOCK)
    let rest: Buffer = Buffer.alloc(0)
    let position = 0
    for (;;) {
      const { bytesRead } = await handle.read(block, 0, BLOCK, null)
      if (bytesRead === 0) {
        if (waitForMore === undefined || !(await waitForMore(position))) return
        continue
      }
      position += bytesRead
      const bytes = Buffer.concat([rest, block.subarray(0, bytesRead)])
      const end = bytes.lastIndexOf(10) + 1
      rest = bytes.subarray(end)
      for (const line of bytes.toString('utf8', 0, end).split('\n')) if (line !== '') yield parseLine(line)
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
