import { join } from 'node:path'
import type { DownloadOptions } from '../client/api/download.js'
import type { PublishedApi } from '../client/api/published-api.js'
import { hashOf, matchesHash } from '../client/api/record-check.js'
import { TooLargeError } from '../client/api/too-large.js'
import { ArchiveError } from '../contents/archive-error.js'
import { compareFields, type FieldChange } from '../contents/compare-fields.js'
import { ByteNiteError } from '../errors.js'
import { MANIFEST_FIELDS } from '../manifest/fields.js'
import { tagOf } from '../record/facts.js'
import { withTemporaryDirectory } from '../utils/temporary-directory.js'
import type { AppRecord, ManifestFile } from '../wire.js'
import { compareArchives, type ArchiveDifference, type Comparison } from './archive-difference.js'
import { archiveInFile, type PackedArchive } from './readable-archive.js'

/** Bytes. A larger archive is not downloaded to be compared. */
export const MAX_DOWNLOAD = 200_000_000

/** What is on the platform, and what was packed. */
export interface LiveComparison {
  api: PublishedApi<AppRecord>
  /** What the platform has. */
  record: AppRecord
  packed: PackedArchive
  maxBytes?: number | undefined
  onProgress?: DownloadOptions['onProgress']
}

/** What differs. */
export interface LiveDifference {
  difference: ArchiveDifference
  /** What the platform had when it was compared: another publish may have come meanwhile. */
  record: AppRecord
  /** All that explains it; `undefined` if nothing was downloaded. */
  comparison: Comparison | undefined
}

/**
 * Compares what the platform has with what was packed. Downloads it unless it is too large: then, only sizes and the fields of the
 * record are compared.
 * @throws {ByteNiteError} `INVALID_RESPONSE` for an archive that cannot be read, and the errors of a download
 */
export async function compareWithLive(input: LiveComparison): Promise<LiveDifference> {
  const { api, record, packed, maxBytes = MAX_DOWNLOAD, onProgress } = input
  const tag = tagOf(record)
  if (matchesHash(record, packed.hash) === true && tag === packed.tag) return { difference: sameAs(packed), record, comparison: undefined }
  try {
    return await withTemporaryDirectory('live', async (directory) => {
      const file = join(directory, 'live.tar')
      const { hash, size, record: downloaded } = await api.download(tag, file, { maxBytes, onProgress })
      const comparison = await compareArchives(archiveInFile(tag, hash, size, file), packed)
      return { difference: comparison.difference, record: downloaded, comparison }
    })
  } catch (error) {
    if (error instanceof TooLargeError) return { difference: compareFigures(input, tag, error.size), record, comparison: undefined }
    throw error instanceof ArchiveError ? unreadable(tag, error) : error
  }
}

function sameAs({ tag, hash, size, files }: PackedArchive): ArchiveDifference {
  const facts = { tag, hash: hash.hex, size, files }
  return { isSame: true, before: facts, after: facts, files: [], fields: [] }
}

function compareFigures({ record, packed }: LiveComparison, tag: string, size: number | undefined): ArchiveDifference {
  return {
    isSame: false,
    before: { tag, hash: hashOf(record), size, files: undefined },
    after: { tag: packed.tag, hash: packed.hash.hex, size: packed.size, files: packed.files },
    files: undefined,
    fields: compareWithRecord(record, packed.manifest),
  }
}

/** The fields that a record and a manifest both have. The record's own values stand for what a manifest leaves out. */
function compareWithRecord(record: AppRecord, manifest: ManifestFile): FieldChange[] {
  const [before, after]: [Record<string, unknown>, Record<string, unknown>] = [{}, {}]
  for (const { path, snakePath } of MANIFEST_FIELDS.values()) {
    const [inRecord, inManifest] = [at(record, path), at(manifest, snakePath)]
    if (inRecord === undefined || inManifest === undefined) continue
    before[snakePath.join('.')] = inRecord
    after[snakePath.join('.')] = inManifest
  }
  return compareFields('manifest.json', before, after)
}

function at(value: object, [first, second]: readonly (string | undefined)[]): unknown {
  const outer = (value as Record<string, unknown>)[first ?? '']
  return second === undefined ? outer : (outer as Record<string, unknown> | undefined)?.[second]
}

function unreadable(tag: string, error: ArchiveError): ByteNiteError {
  return new ByteNiteError('INVALID_RESPONSE', `The platform's archive of ${tag} ${error.reason}.`, {
    hint: 'Publish it again.',
    cause: error,
  })
}
