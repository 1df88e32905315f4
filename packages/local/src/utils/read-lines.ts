import { closeSync, openSync, readSync } from 'node:fs'

const BLOCK = 1024 * 1024

/** A line of a file. */
export interface Line {
  /** Without the line break. Valid until the next line is read. */
  bytes: Buffer
  /** Where the next line begins in the file. */
  end: number
}

/** The lines of a file that are complete, in pieces of constant memory; none if there is no such file. */
export function* readLines(file: string): Generator<Line, void, undefined> {
  const descriptor = openIfThere(file)
  if (descriptor === undefined) return
  try {
    let position = 0
    let rest: Buffer = Buffer.alloc(0)
    const block = Buffer.allocUnsafe(BLOCK)
    for (;;) {
      const length = readSync(descriptor, block, 0, BLOCK, null)
      if (length === 0) return
      const bytes = rest.length === 0 ? block.subarray(0, length) : Buffer.concat([rest, block.subarray(0, length)])
      let start = 0
      for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
        yield { bytes: bytes.subarray(start, end), end: position + end + 1 }
        start = end + 1
      }
      position += start
      rest = Buffer.from(bytes.subarray(start))
    }
  } finally {
    closeSync(descriptor)
  }
}

function openIfThere(file: string): number | undefined {
  try {
    return openSync(file, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
