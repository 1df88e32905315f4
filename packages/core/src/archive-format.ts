import type { Header } from 'tar-stream'

/** Everything that makes two archives of the same files the same bytes, in one place. */

/** 1980-01-01: fixed, and no tool finds it implausible. */
const MTIME: Date = new Date('1980-01-01T00:00:00Z')

const BLOCK = 512
/** Two blocks of zeros end a tar. */
export const END_SIZE: number = 2 * BLOCK

export type EntryHeader = Pick<Header, 'name' | 'size' | 'type' | 'mode' | 'uid' | 'gid' | 'mtime' | 'pax'>

export type EntryType = 'directory' | 'file' | 'executable'

/** The header of an entry: no owner, no names, a fixed time, one of three modes. */
export function entryHeader(name: string, type: EntryType, size: number): EntryHeader {
  return {
    name,
    size,
    type: type === 'directory' ? 'directory' : 'file',
    mode: type === 'file' ? 0o644 : 0o755,
    uid: 0,
    gid: 0,
    mtime: MTIME,
    // An empty object asks for a pax header with the path alone.
    ...(needsPax(name) && { pax: {} }),
  }
}

/** Bytes that an entry takes in the archive, headers and padding included. */
export function entrySize(name: string, size: number): number {
  const pax = needsPax(name) ? BLOCK + padded(paxRecordLength(`path=${name}`)) : 0
  return pax + BLOCK + padded(size)
}

/** The plain header has room for 100 bytes of ASCII. */
function needsPax(name: string): boolean {
  return Buffer.byteLength(name) > 100 || !/^[\x20-\x7e]*$/.test(name)
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
