import type { ArchiveHash } from '../archive/hash.js'
import { inspectedArchive } from '../checks/inspected-archive.js'
import { createInspection } from '../checks/inspection.js'
import { reportProblems } from '../checks/run-checks.js'
import type { PublishedApi } from '../client/api/published-api.js'
import { matchesHash } from '../client/api/record-check.js'
import { ByteNiteError } from '../errors.js'
import type { PackSummary, ResolvedOptions } from '../options.js'
import { readLayout, secretsInUse, type Layout } from '../pack.js'
import { factsOf } from '../record/facts.js'
import type { AppRecord } from '../wire.js'
import { refuseConcurrentBuilds } from '../stamps/concurrent-builds.js'
import type { TagClaim } from './published-tags.js'

/** An archive that the platform has. */
export interface SentArchive {
  record: AppRecord
  hash: ArchiveHash
  /** Whether the record has a hash. If it does, it equals `hash`. */
  verified: boolean
  /** Whether nothing was sent, because the platform had this archive already. */
  unchanged: boolean
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
  const { archiveFile, skipUnchanged, overwrite } = options
  const isCompared = existing !== undefined && (skipUnchanged || !overwrite)
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
  if (isSame && options.skipUnchanged) return { record: existing, hash, verified: true, unchanged: true }
  return { ...(await api.upload(archive, { tag, hash, onProgress: options.onProgress })), unchanged: false }
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
  return { ...(await api.upload(inspected, { tag, onProgress: options.onProgress })), unchanged: false }
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
