import { dirname, join } from 'node:path'
import { isTemporaryOf } from '../utils/atomic-write.js'
import { isWithin } from '../utils/directories.js'

const RECORD_NAME = 'bytenite.app.json'

/** Where files of this package's own may be. */
export interface RecordPlace {
  /** Output directories; absolute. */
  directories: readonly string[]
  /** Their nearest common parent, which becomes `app/`; absolute. */
  base: string
  /** Absolute; `undefined` means the default place. */
  record: string | false | undefined
  /** Absolute. */
  archiveFile: string | undefined
}

/** Where the record goes: absolute, or `undefined` when none is wanted. */
export function recordFile(entrypoint: string, { record, directories, base }: RecordPlace): string | undefined {
  if (record === false) return undefined
  if (record !== undefined) return record
  const source = join(base, entrypoint)
  // Of nested output directories, the innermost.
  const holders = directories.filter((directory) => isWithin(directory, source))
  const holder = holders.toSorted((a, b) => b.length - a.length)[0] ?? base
  return join(holder, RECORD_NAME)
}

/** Every place where an earlier publish may have left its record. */
export function recordFiles({ record, directories }: RecordPlace): string[] {
  if (record === false) return []
  return record === undefined ? directories.map((directory) => join(directory, RECORD_NAME)) : [record]
}

/** Whether a file of the output was written by this package, and so is never packed. */
export function isOwnFile(path: string, { record, archiveFile }: Pick<RecordPlace, 'record' | 'archiveFile'>): boolean {
  const own = [join(dirname(path), RECORD_NAME), record, archiveFile]
  return own.some((file) => typeof file === 'string' && (path === file || isTemporaryOf(file, path)))
}
