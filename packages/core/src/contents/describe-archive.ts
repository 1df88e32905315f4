import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { readArchive } from './read-archive.js'

/** A file of an archive. */
export interface ArchivedFile {
  path: string
  /** Bytes. */
  size: number
  isExecutable: boolean
  /** SHA-256 of the content, in hexadecimal digits. */
  hash: string
}

/** What is in an archive. */
export interface ArchiveDescription {
  /** In their order in the archive. */
  files: readonly ArchivedFile[]
  /** Number of files under `app/`. */
  appFiles: number
  /** The JSON files in its root, parsed, by their names. */
  documents: ReadonlyMap<string, unknown>
  /** The times of its entries, each once; RFC 3339. */
  times: ReadonlySet<string>
}

/** Bytes. Larger JSON files are files like any other. */
const MAX_DOCUMENT = 1024 * 1024

/** So are those whose objects and arrays go deeper into one another: who looks into them would find no end. */
const MAX_DEPTH = 100

/** Reads a tar once. @throws {ArchiveError} for one that cannot be unpacked */
export async function describeArchive(tar: Readable): Promise<ArchiveDescription> {
  const files: ArchivedFile[] = []
  const documents = new Map<string, unknown>()
  const times = new Set<string>()
  for await (const { path, isDirectory, size, mode, time, content } of readArchive(tar)) {
    if (time !== undefined) times.add(time.toISOString())
    if (isDirectory) continue
    const digest = createHash('sha256')
    const kept: Buffer[] = []
    const isDocument = /^[^/]+\.json$/.test(path) && size <= MAX_DOCUMENT
    for await (const chunk of content) {
      digest.update(chunk)
      if (isDocument) kept.push(chunk)
    }
    if (isDocument) addDocument(documents, path, Buffer.concat(kept))
    files.push({ path, size, isExecutable: (mode & 0o111) !== 0, hash: digest.digest('hex') })
  }
  return { files, appFiles: files.filter(({ path }) => path.startsWith('app/')).length, documents, times }
}

function addDocument(documents: Map<string, unknown>, path: string, bytes: Buffer): void {
  try {
    const document = JSON.parse(bytes.toString('utf8')) as unknown
    if (isWithin(document, MAX_DEPTH)) documents.set(path, document)
  } catch {
    // What is no JSON is a file like any other.
  }
}

/** Whether no more than so many objects and arrays are in one another. */
function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((inner) => isWithin(inner, depth - 1))
}
