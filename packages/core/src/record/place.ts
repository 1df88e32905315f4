import { basename, dirname, join } from 'node:path'
import { isTemporaryOf } from '../utils/atomic-write.js'
import { isWithin } from '../utils/directories.js'

export const RECORD_NAME = 'bytenite.app.json'

/** The options that decide where this package writes its own files. */
export interface RecordPlace {
  /** Output directories; absolute. */
  directories: readonly string[]
  /** Their nearest common parent, which becomes `app/`; absolute. */
  base: string
  /** Absolute path; `undefined` means the default one, `false` turns the record off. */
  record: string | false | undefined
  /** Absolute. */
  archiveFile: string | undefined
}

/** The absolute path of the record; `undefined` if the record is turned off. */
export function recordFile(entrypoint: string, { record, directories, base }: RecordPlace): string | undefined {
  if (record === false) return undefined
  if (record !== undefined) return record
  const source = join(base, entrypoint)
  // If output directories are nested, the innermost wins.
  const holders = directories.filter((directory) => isWithin(directory, source))
  const holder = holders.toSorted((a, b) => b.length - a.length)[0] ?? base
  return join(holder, RECORD_NAME)
}

/** Every path where an earlier publish may have written its record. */
export function recordFiles({ record, directories }: RecordPlace): string[] {
  if (record === false) return []
  return record === undefined ? directories.map((directory) => join(directory, RECORD_NAME)) : [record]
}

/** Whether this package wrote the file itself. Such files are never packed. */
export function isOwnFile(path: string, { record, archiveFile }: Pick<RecordPlace, 'record' | 'archiveFile'>): boolean {
  const isNamedLikeRecord = basename(path).startsWith(RECORD_NAME)
  const own = [isNamedLikeRecord && join(dirname(path), RECORD_NAME), record, archiveFile]
  return own.some((file) => typeof file === 'string' && (path === file || isTemporaryOf(file, path)))
}
