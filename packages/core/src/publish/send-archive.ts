import type { ArchiveHash } from '../archive/hash.js'
import { inspectedArchive } from '../checks/inspected-archive.js'
import { createInspection } from '../checks/inspection.js'
import { reportProblems } from '../checks/run-checks.js'
import type { PublishedApi } from '../client/api/published-api.js'
import { matchesHash } from '../client/api/record-check.js'
import type { ArchiveDifference } from '../compare/archive-difference.js'
import { ByteNiteError, isByteNiteError } from '../errors.js'
import type { PackSummary, ResolvedOptions } from '../options.js'
import { readLayout, secretsInUse, type Layout, type PackResult } from '../pack.js'
import { factsOf } from '../record/facts.js'
import type { AppRecord } from '../wire.js'
import { refuseConcurrentBuilds } from '../stamps/concurrent-builds.js'
import { hasStatus } from './activate.js'
import { smokeTest } from './smoke.js'
import type { TagClaim } from './published-tags.js'

/** An archive that the platform has. */
export interface SentArchive {
  record: AppRecord
  hash: ArchiveHash
  /** Whether the record has a hash. If it does, it equals `hash`. */
  verified: boolean
  /** Whether nothing was sent, because the platform had this archive already. */
  unchanged: boolean
  /** What it changed, if it replaced another archive, and that was asked for. */
  difference: ArchiveDifference | undefined
}

/**
 * Uploads an archive, unless the platform has it already. Where something depends on its hash, it is hashed first, and read
 * again to be sent. Otherwise it is read once.
 * @param existing the platform's record of the tag
 * @param claim of the tag, if different archives under it would be a mistake
 * @throws {ByteNiteError} `VERSION_EXISTS`, `CONFLICTING_ARCHIVES`, and the errors of reading and uploading
 */
export async function sendArchive(
  layout: Layout,
  existing: AppRecord | undefined,
  api: PublishedApi<AppRecord>,
  options: ResolvedOptions,
  claim: TagClaim | undefined,
): Promise<SentArchive> {
  const { archiveFile, skipUnchanged, overwrite, diff } = options
  const isCompared = existing !== undefined && (skipUnchanged || !overwrite || diff)
  const isHashedFirst = isCompared || archiveFile !== undefined || claim?.isTaken() === true
  return isHashedFirst ? sendHashed(layout, existing, api, options, claim) : sendInOnePass(layout, api, options)
}

async function sendHashed(
  layout: Layout,
  existing: AppRecord | undefined,
  api: PublishedApi<AppRecord>,
  options: ResolvedOptions,
  claim: TagClaim | undefined,
): Promise<SentArchive> {
  const { archive, tag } = layout
  const { hash } = await readLayout(layout, options)
  claim?.check(hash)
  announce({ ...layout, hash }, options)
  const isSame = existing !== undefined && matchesHash(existing, hash) === true
  if (existing !== undefined && !isSame && !options.overwrite) throw versionExists(tag, existing)
  if (isSame && options.skipUnchanged) {
    // It was tried before it was sent, or else never.
    if (options.activate && !hasStatus(existing, 'active')) await smokeTest(layout, options)
    return { record: existing, hash, verified: true, unchanged: true, difference: undefined }
  }
  const difference = existing && !isSame && options.diff ? await whatChanges({ ...layout, hash }, existing, api, options) : undefined
  await smokeTest(layout, options)
  return { ...(await api.upload(archive, { tag, hash, onProgress: options.onProgress })), unchanged: false, difference }
}

async function sendInOnePass(layout: Layout, api: PublishedApi<AppRecord>, options: ResolvedOptions): Promise<SentArchive> {
  const { archive, tag, manifest } = layout
  const secrets = secretsInUse(manifest, options)
  announce(layout, options)
  const inspected = inspectedArchive(
    archive,
    () => createInspection(secrets, 'The upload was stopped.'),
    (findings) => {
      refuseConcurrentBuilds(options)
      reportProblems(findings, options, manifest.file.platform_config.container, true)
    },
  )
  await smokeTest(layout, options)
  return { ...(await api.upload(inspected, { tag, onProgress: options.onProgress })), unchanged: false, difference: undefined }
}

/** Why what changes cannot be told is a warning: nobody asked for the archive to be compared, but to be published. */
async function whatChanges(
  packed: PackResult,
  record: AppRecord,
  api: PublishedApi<AppRecord>,
  { signal, onWarning }: ResolvedOptions,
): Promise<ArchiveDifference | undefined> {
  // Here, so that no other publish pays for loading it.
  const [{ compareWithLive }, { packedArchive }] = await Promise.all([
    import('../compare/compare-with-live.js'),
    import('../compare/readable-archive.js'),
  ])
  try {
    return (await compareWithLive({ api, record, packed: packedArchive(packed, signal) })).difference
  } catch (error) {
    signal?.throwIfAborted()
    if (!isByteNiteError(error)) throw error
    onWarning(`What this publish changes cannot be told: ${error.message.split('\n')[0]}`)
    return undefined
  }
}

/** Passes on only the fields of the summary, so that printing it cannot expose anything else. */
function announce({ tag, files, sourceMaps, notes, size, hash }: PackSummary, { onPacked, signal }: ResolvedOptions): void {
  onPacked({ tag, files, sourceMaps, notes, size, ...(hash && { hash }) })
  signal?.throwIfAborted()
}

function versionExists(tag: string, existing: AppRecord): ByteNiteError {
  const facts = factsOf(existing).join(', ')
  return new ByteNiteError('VERSION_EXISTS', `The platform already has a different archive of ${tag}${facts && ` (${facts})`}.`, {
    hint: 'Bump the version, or set overwrite: true to replace it.',
  })
}
