import type { ArchiveHash } from '../archive/hash.js'
import { orUndefinedIf404 } from '../client/api/or-undefined-if-404.js'
import type { PublishedApi } from '../client/api/published-api.js'
import { matchesHash } from '../client/api/record-check.js'
import { ByteNiteError } from '../errors.js'
import { PASSTHROUGH } from '../manifest/job-template.js'
import type { AppRecord, EngineRecord, JobTemplate } from '../wire.js'

/** The options that decide about an archive that the platform has already. */
export interface PublishPolicy {
  skipUnchanged: boolean
  overwrite: boolean
  /** Whether it is activated afterwards. */
  activate: boolean
}

/** What the platform has under the tag to be published. */
export interface RemoteState {
  /** `undefined` when it has nothing. */
  existing: AppRecord | undefined
  /** Whether that is this very archive. */
  isSame: boolean
}

/**
 * Looks at what the platform has under a tag.
 * @throws {ByteNiteError} `VERSION_EXISTS` when it has another archive, which may not be replaced
 */
export async function readRemoteState(
  api: PublishedApi<AppRecord>,
  tag: string,
  hash: ArchiveHash,
  { overwrite }: Pick<PublishPolicy, 'overwrite'>,
): Promise<RemoteState> {
  const record = await orUndefinedIf404(api.get(tag))
  const existing = record && `${record.name}@${record.version}` === tag ? record : undefined
  const isSame = existing !== undefined && matchesHash(existing, hash) === true
  if (existing !== undefined && !isSame && !overwrite) throw versionExists(tag, existing)
  return { existing, isSame }
}

/**
 * Fails early: a template that names a missing engine usually means that the parts were published in the wrong order.
 * @throws {ByteNiteError} `MISSING_ENGINE`
 */
export async function requireEngines(engines: PublishedApi<EngineRecord>, { id, partitioner, assembler }: JobTemplate): Promise<void> {
  for (const engine of new Set([partitioner, assembler])) {
    if (engine === PASSTHROUGH || (await orUndefinedIf404(engines.get(engine))) !== undefined) continue
    throw new ByteNiteError(
      'MISSING_ENGINE',
      `The job template ${id} names ${engine}, an engine that the platform does not have; nothing was sent.`,
      {
        hint: "Publish it first. In a workspace, let the app's package.json depend on the engine's package, so that it is built before the app.",
      },
    )
  }
}

function versionExists(tag: string, { revision, status }: AppRecord): ByteNiteError {
  const facts = [revision && `revision ${revision}`, status].filter(Boolean).join(', ')
  return new ByteNiteError('VERSION_EXISTS', `The platform already has a different archive of ${tag}${facts && ` (${facts})`}.`, {
    hint: 'Bump the version, or set overwrite: true to replace it.',
  })
}
