import type { ArchiveHash } from '../archive/hash.js'
import { orUndefinedIf404 } from '../client/api/or-undefined-if-404.js'
import type { PublishedApi } from '../client/api/published-api.js'
import { matchesHash } from '../client/api/record-check.js'
import { ByteNiteError } from '../errors.js'
import type { PublishPolicy } from '../options.js'
import { PASSTHROUGH } from '../manifest/job-template.js'
import { factsOf } from '../record/facts.js'
import type { AppRecord, EngineRecord, JobTemplate } from '../wire.js'

/** The platform's current state of the tag to publish. */
export interface RemoteState {
  /** `undefined` if the tag does not exist. */
  existing: AppRecord | undefined
  /** Whether it is the same archive. */
  isSame: boolean
}

/**
 * Reads the platform's current state of a tag.
 * @throws {ByteNiteError} `VERSION_EXISTS` if it has a different archive, and `overwrite` is `false`
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
      `The job template ${id} needs the engine ${engine}, which the platform does not have. Nothing was uploaded.`,
      {
        hint: "Publish the engine first. In a workspace, add its package to the app's dependencies, so that it is built before the app.",
      },
    )
  }
}

function versionExists(tag: string, existing: AppRecord): ByteNiteError {
  const facts = factsOf(existing).join(', ')
  return new ByteNiteError('VERSION_EXISTS', `The platform already has a different archive of ${tag}${facts && ` (${facts})`}.`, {
    hint: 'Bump the version, or set overwrite: true to replace it.',
  })
}
