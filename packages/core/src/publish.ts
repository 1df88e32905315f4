import { activate } from './publish/activate.js'
import { orUndefinedIf404 } from './client/api/or-undefined-if-404.js'
import { publishedApi, type PublishedApi } from './client/api/published-api.js'
import { matchesHash } from './client/api/record-check.js'
import { templatesApi } from './client/api/templates-api.js'
import { createTransport } from './client/transport.js'
import { checkCredentials, missingCredentials, type Credentials } from './client/auth/credentials.js'
import { ByteNiteError } from './errors.js'
import { enginesOf, saveTemplate, type SavedTemplate } from './manifest/job-template.js'
import { resolveOptions, type PublishOptions, type ResolvedOptions } from './options.js'
import { packResolved, type PackResult } from './pack.js'
import { removeRecord, writeRecord } from './record/record.js'
import type { AppRecord, EngineRecord, JobTemplate } from './wire.js'

/** What was published: the platform has confirmed it. */
export interface PublishResult extends PackResult {
  /** The platform's response, with its unknown fields, without the registry's token. */
  record: AppRecord
  /** Where the record was written; absolute. */
  recordFile: string | undefined
  /** Whether the platform's response carried the archive's hash, which then equals ours. */
  verified: boolean
  /** Whether the platform had this archive already, so that nothing was sent. */
  unchanged: boolean
  /** The record of the other archive that had this name and version before. */
  replaced: AppRecord | undefined
  template: SavedTemplate | undefined
}

/**
 * Packs an output directory, uploads it unless the platform has it already, and writes the record that comes back.
 * The record of an earlier publish is removed first, so that one that is there is always true.
 * @throws {ByteNiteError} also when it is not certain that the platform has the archive
 * @throws the reason of `signal`
 */
export async function publish(options: PublishOptions): Promise<PublishResult> {
  const resolved = resolveOptions(options)
  const { onPacked, onProgress, signal } = resolved
  signal?.throwIfAborted()
  await removeRecord(resolved)
  const credentials = requireCredentials(resolved)
  const packed = await packResolved(resolved)
  const { archive, tag, hash, manifest, plannedTemplate } = packed
  onPacked(packed)
  signal?.throwIfAborted()

  const secrets = [manifest.file.platform_config.token]
  const transport = createTransport({ ...resolved, ...resolved.limits, credentials, secrets })
  const api = publishedApi<AppRecord>(transport, manifest.kind)
  const templates = templatesApi(transport)
  const wanted = plannedTemplate?.isExplicit === true ? plannedTemplate.template : undefined
  if (wanted !== undefined) await requireEngines(publishedApi<EngineRecord>(transport, 'engines'), wanted)
  const templateBefore = wanted && (await orUndefinedIf404(templates.get(wanted.id)))
  const existing = await findRecord(api, tag)
  const isSame = existing !== undefined && matchesHash(existing, hash) === true
  if (existing !== undefined && !isSame && !resolved.overwrite) throw versionExists(tag, existing)

  const unchanged = isSame && resolved.skipUnchanged
  const uploaded = unchanged ? { record: existing, verified: true } : await api.upload(archive, { tag, hash, onProgress })
  const write = (record: AppRecord): Promise<string | undefined> => writeRecord(record, manifest.file.entrypoint, resolved)
  const recordFile = await write(uploaded.record)
  // From here on it is published, and the record says so, whatever fails now.
  const record = resolved.activate ? await activate(api, uploaded.record, hash, resolved) : uploaded.record
  if (record !== uploaded.record) await write(record)
  return {
    ...packed,
    record,
    recordFile,
    verified: uploaded.verified,
    unchanged,
    replaced: isSame ? undefined : existing,
    template: wanted && (await saveTemplate(templates, wanted, templateBefore, tag)),
  }
}

function requireCredentials({ credentials, env }: ResolvedOptions): Credentials {
  if (credentials === undefined) {
    throw new ByteNiteError('NO_CREDENTIALS', `There are ${missingCredentials(env)}.`, {
      hint: 'Set BYTENITE_API_KEY to an API key of your ByteNite account, or give the option "apiKey".',
    })
  }
  checkCredentials(credentials)
  return credentials
}

/** A template that names what is not there yet would be of no use, and a sign of things published in the wrong order. */
async function requireEngines(engines: PublishedApi<EngineRecord>, template: JobTemplate): Promise<void> {
  for (const engine of enginesOf(template)) {
    if ((await orUndefinedIf404(engines.get(engine))) !== undefined) continue
    throw new ByteNiteError(
      'MISSING_ENGINE',
      `The job template ${template.id} names ${engine}, an engine that the platform does not have; nothing was sent.`,
      {
        hint: "Publish it first. In a workspace, let the app's package.json depend on the engine's package, so that it is built before the app.",
      },
    )
  }
}

async function findRecord(api: PublishedApi<AppRecord>, tag: string): Promise<AppRecord | undefined> {
  const record = await orUndefinedIf404(api.get(tag))
  return record && `${record.name}@${record.version}` === tag ? record : undefined
}

function versionExists(tag: string, { revision, status }: AppRecord): ByteNiteError {
  const facts = [revision && `revision ${revision}`, status].filter(Boolean).join(', ')
  return new ByteNiteError('VERSION_EXISTS', `The platform has another archive of ${tag} already${facts && ` (${facts})`}.`, {
    hint: 'Raise the version, or let it be replaced with the option "overwrite".',
  })
}
