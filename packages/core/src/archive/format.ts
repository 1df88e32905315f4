import type { Header } from 'tar-stream'

/** Everything that makes two archives of the same files the same bytes, in one place. */

/** 1980-01-01: fixed, and no tool finds it implausible. */
export const DEFAULT_MTIME: Date = new Date('1980-01-01T00:00:00Z')

const BLOCK = 512
/** Two blocks of zeros end a tar. */
export const END_SIZE: number = 2 * BLOCK
/** The plain header has room for eleven octal digits. */
const MAX_PLAIN_SIZE = 8 ** 11 - 1

export type EntryHeader = Pick<Header, 'name' | 'size' | 'type' | 'mode' | 'uid' | 'gid' | 'mtime' | 'pax'>

export type EntryType = 'directory' | 'file' | 'executable'

/** The header of an entry: no owner, no names, one time for all, one of three modes. */
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

/** Bytes that an entry takes in the archive, headers and padding included. */
export function entrySize(name: string, size: number): number {
  return headerSize(name, size) + padded(size)
}

/** Bytes of an entry before its content. */
export function headerSize(name: string, size: number): number {
  if (!needsPax(name, size)) return BLOCK
  const records = Object.entries({ path: name, ...paxRecords(size) }).map(([key, value]) => paxRecordLength(`${key}=${value}`))
  return BLOCK + padded(records.reduce((sum, length) => sum + length, 0)) + BLOCK
}

/** Only where the plain header has no room: 100 bytes of ASCII for a name, and 8 GiB for a size. */
function needsPax(name: string, size: number): boolean {
  return size > MAX_PLAIN_SIZE || name.length > 100 || !/^[\x20-\x7e]*$/.test(name)
}

/** Besides the path, which tar-stream adds. */
function paxRecords(size: number): Record<string, string> {
  return size > MAX_PLAIN_SIZE ? { size: String(size) } : {}
}

/** A pax record is `LENGTH keyword=value\n`, and LENGTH counts itself. */
function paxRecordLength(content: string): number {
  const rest = Buffer.byteLength(` ${content}\n`)
  let length = rest + String(rest).length
  if (rest + String(length).length !== length) length = rest + String(length).length
  return length
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK
}
