import type { Header } from 'tar-stream'

/** Everything that makes two archives of the same files identical byte for byte, in one place. */

/** 1980-01-01: a fixed date that every tool accepts. */
export const DEFAULT_MTIME: Date = new Date('1980-01-01T00:00:00Z')

const BLOCK = 512
/** Two blocks of zeros end a tar. */
export const END_SIZE: number = 2 * BLOCK
/** The plain header has room for eleven octal digits. */
const MAX_PLAIN_SIZE = 8 ** 11 - 1

export type EntryHeader = Pick<Header, 'name' | 'size' | 'type' | 'mode' | 'uid' | 'gid' | 'mtime' | 'pax'>

export type EntryType = 'directory' | 'file' | 'executable'

/** The header of an entry. It has no owner, the same time as all others, and one of two modes. */
export function entryHeader(name: string, type: EntryType, size: number, mtime: Date): EntryHeader {
  return {
    name,
    size,
    type: type === 'directory' ? 'directory' : 'file',
    mode: type === 'file' ? 0o644 : 0o755,
    uid: 0,
    gid: 0,
    mtime,
    ...(needsPax(name, size) && { pax: paxRecords(size) }),
  }
}

/** Bytes of an entry in the archive, including headers and padding. */
export function entrySize(name: string, size: number): number {
  return headerSize(name, size) + padded(size)
}

/** Bytes of an entry before its content. */
export function headerSize(name: string, size: number): number {
  if (!needsPax(name, size)) return BLOCK
  const records = Object.entries({ path: name, ...paxRecords(size) }).map(([key, value]) => paxRecordLength(`${key}=${value}`))
  return BLOCK + padded(records.reduce((sum, length) => sum + length, 0)) + BLOCK
}

/** Whether the plain header is too small: it holds names up to 100 ASCII bytes and sizes up to 8 GiB. */
function needsPax(name: string, size: number): boolean {
  return size > MAX_PLAIN_SIZE || name.length > 100 || !/^[\x20-\x7e]*$/.test(name)
}

/** Without the path, which tar-stream adds itself. */
function paxRecords(size: number): Record<string, string> {
  return size > MAX_PLAIN_SIZE ? { size: String(size) } : {}
}

/** A pax record is `LENGTH keyword=value\n`, where LENGTH includes its own digits. */
function paxRecordLength(content: string): number {
  const rest = Buffer.byteLength(` ${content}\n`)
  let length = rest + String(rest).length
  if (rest + String(length).length !== length) length = rest + String(length).length
  return length
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK
}
