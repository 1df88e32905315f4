import { compareFields, type FieldChange } from '../contents/compare-fields.js'
import { compareFiles, type FileChange } from '../contents/compare-files.js'
import { createLineCounter } from '../contents/count-lines.js'
import { describeArchive, type ArchiveDescription } from '../contents/describe-archive.js'
import { readTexts } from '../contents/read-texts.js'
import { pairHashedNames } from './hashed-names.js'
import type { ReadableArchive } from './readable-archive.js'

/** The key figures of one of two archives. */
export interface ArchiveFacts {
  /** `name@version`. */
  tag: string
  /** SHA-256 of the tar, in hexadecimal digits; `undefined` if the platform does not say. */
  hash: string | undefined
  /** Bytes of the tar; `undefined` if it was not downloaded, and the platform does not say. */
  size: number | undefined
  /** Number of files under `app/`; `undefined` if it was not downloaded. */
  files: number | undefined
}

/** What differs between the archive on the platform and the one that was packed. */
export interface ArchiveDifference {
  /** Whether they are the same bytes. */
  isSame: boolean
  /** What the platform has. */
  before: ArchiveFacts
  /** What was packed. */
  after: ArchiveFacts
  /** Files that differ, by their paths in the archive; `undefined` if the archive was too large to be downloaded. */
  files: readonly FileChange[] | undefined
  /** Fields that differ in `manifest.json` and `template.json`. */
  fields: readonly FieldChange[]
}

/** A difference, and all that explains it. */
export interface Comparison {
  difference: ArchiveDifference
  before: ArchiveDescription
  after: ArchiveDescription
  /** What differs as text, by its path in the later archive. */
  texts: ReadonlyMap<string, { before: string; after: string }>
}

/** Files whose fields are compared one by one. */
const WITH_FIELDS = ['manifest.json', 'template.json']

/** Compares two archives. @throws {ArchiveError} for one that cannot be unpacked */
export async function compareArchives(before: ReadableArchive, after: ReadableArchive): Promise<Comparison> {
  const [earlier, later] = [await describeArchive(before.open()), await describeArchive(after.open())]
  const documents = WITH_FIELDS.filter((file) => earlier.documents.has(file) || later.documents.has(file))
  const fields = documents.flatMap((file) => compareFields(file, earlier.documents.get(file), later.documents.get(file)))
  const changes = compareFiles(earlier.files, later.files).filter(({ path }) => !documents.includes(path))
  const texts = await changedTexts(before, after, changes)
  const files: FileChange[] = []
  const countLines = createLineCounter()
  for (const change of changes) {
    const text = texts.get(change.path)
    const lines = text && (await countLines(text.before, text.after))
    files.push({ ...change, ...(lines && { lines }) })
  }
  const difference = {
    isSame: before.hash.hex === after.hash.hex,
    before: factsOf(before, earlier),
    after: factsOf(after, later),
    files,
    fields,
  }
  return { difference, before: earlier, after: later, texts }
}

function factsOf({ tag, hash, size }: ReadableArchive, { appFiles }: ArchiveDescription): ArchiveFacts {
  return { tag, hash: hash.hex, size, files: appFiles }
}

async function changedTexts(
  before: ReadableArchive,
  after: ReadableArchive,
  changes: readonly FileChange[],
): Promise<Map<string, { before: string; after: string }>> {
  const changed = changes.filter(({ kind, isModeOnly }) => kind === 'changed' && isModeOnly !== true).map(({ path }) => path)
  const pairs = new Map([...changed.map((path) => [path, path] as const), ...pairHashedNames(changes)])
  const texts = new Map<string, { before: string; after: string }>()
  if (pairs.size === 0) return texts
  const [earlier, later] = [await readTexts(before.open(), new Set(pairs.keys())), await readTexts(after.open(), new Set(pairs.values()))]
  for (const [path, text] of earlier) {
    const newPath = pairs.get(path) ?? path
    const other = later.get(newPath)
    if (other !== undefined) texts.set(newPath, { before: text, after: other })
  }
  return texts
}
