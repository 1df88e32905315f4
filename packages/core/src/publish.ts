import { findCachedPublish } from './checks/cached-publish.js'
import { reportProblems } from './checks/run-checks.js'
import { publishedApi } from './client/api/published-api.js'
import { matchesHash } from './client/api/record-check.js'
import { templatesApi } from './client/api/templates-api.js'
import { createTransport } from './client/transport.js'
import { isTrial } from './connection/override.js'
import { publishingOff } from './connection/publishing-off.js'
import type { ArchiveDifference } from './compare/archive-difference.js'
import { requireCredentials, type Credentials } from './connection/credentials.js'
import type { Manifest } from './manifest/manifest.js'
import { readProject, type Project } from './manifest/project.js'
import type { PublishOptions, ResolvedOptions } from './options.js'
import { resolveOptions } from './resolve-options.js'
import { checkOwnFiles, layOut, whileInUse, type Layout, type PackResult } from './pack.js'
import { activate } from './publish/activate.js'
import type { TagClaim } from './publish/published-tags.js'
import { readRemoteState, type RemoteApis, type RemoteState } from './publish/remote-state.js'
import { saveTemplate, type SavedTemplate } from './publish/save-template.js'
import { sendArchive } from './publish/send-archive.js'
import { removeRecord, writeRecord } from './record/record.js'
import { refuseRecordOfOther } from './stamps/concurrent-builds.js'
import { lookMeanwhile } from './utils/look-meanwhile.js'
import { untilAborted } from './utils/until-aborted.js'
import type { AppRecord, EngineRecord } from './wire.js'

/** A publish that the platform has confirmed. */
export interface PublishResult extends PackResult {
  /** The platform's record, including unknown fields, but without the registry's token. */
  record: AppRecord
  /** The record's absolute path; `undefined` if the record is turned off, or `bytenite-local dev` builds. */
  recordFile: string | undefined
  /** Whether the platform's response has a hash. If it does, it equals the archive's. */
  verified: boolean
  /** Whether the upload was skipped, because the platform already had this archive. */
  unchanged: boolean
  /** The previous record, if this publish replaced a different archive. */
  replaced: AppRecord | undefined
  /** What differs between it and this archive, with the option `diff`. */
  difference: ArchiveDifference | undefined
  template: SavedTemplate | undefined
}

/**
 * Packs an output directory, uploads it unless the platform already has it, and writes the platform's record. First removes
 * the record of an earlier publish, so that a record on disk is never outdated.
 * @throws {ByteNiteError} also if it is uncertain whether the platform has the archive
 * @throws the reason of `signal`
 */
export async function publish(options: PublishOptions): Promise<PublishResult> {
  const resolved = resolveOptions(options)
  return whileInUse(resolved, 'pack', () => publishResolved(resolved))
}

/**
 * {@link publish} with resolved options.
 * @param claimTag claims a tag, if different archives under it would be a mistake
 */
export async function publishResolved(options: ResolvedOptions, claimTag?: (tag: string) => TagClaim): Promise<PublishResult> {
  options.signal?.throwIfAborted()
  if (options.forbiddenBy !== undefined) throw publishingOff(options.forbiddenBy)
  await checkOwnFiles(options)
  if (!isTrial()) await removeRecord(options)
  const credentials = requireCredentials(options)
  const project = await readProject(options)
  const claim = claimTag?.(project.manifest.tag)
  try {
    return await publishProject(project, credentials, options, claim)
  } finally {
    claim?.release()
  }
}

async function publishProject(
  project: Project,
  credentials: Credentials,
  options: ResolvedOptions,
  claim: TagClaim | undefined,
): Promise<PublishResult> {
  const { manifest, template } = project
  const { tag } = manifest
  const wanted = template?.isExplicit === true ? template.template : undefined

  const ask = async (signal: AbortSignal): Promise<RemoteApis & { before: RemoteState }> => {
    if (claim !== undefined) await untilAborted(claim.turn, signal)
    const apis = connect(manifest, credentials, { ...options, signal })
    return { ...apis, before: await readRemoteState(apis, tag, wanted) }
  }
  const look = (): Promise<Layout> => {
    reportProblems(findCachedPublish(options.taskRunner), options, manifest.file.platform_config.container)
    return layOut(project, options)
  }
  const [{ published, templates, before }, layout] = await lookMeanwhile(ask, look, options.signal)

  const { existing } = before
  const { hash, verified, unchanged, difference, ...sent } = await sendArchive(layout, existing, published, options, claim)
  claim?.keep(hash)
  const write = async (record: AppRecord): Promise<string | undefined> => {
    if (isTrial()) return undefined
    if (options.record !== false) refuseRecordOfOther(tag, options)
    return writeRecord(record, manifest.file.entrypoint, options)
  }
  const recordFile = await write(sent.record)
  // From here on, the app is published and its record is written, even if a later step fails.
  const record = options.activate ? await activate(published, sent.record, hash, options) : sent.record
  if (record !== sent.record) await write(record)
  return {
    ...layout,
    hash,
    record,
    recordFile,
    verified,
    unchanged,
    replaced: existing !== undefined && matchesHash(existing, hash) !== true ? existing : undefined,
    difference,
    template: wanted && (await saveTemplate(templates, wanted, before.template, tag)),
  }
}

/** The endpoints that a publish needs. */
function connect({ kind, registryToken }: Manifest, credentials: Credentials, options: ResolvedOptions): RemoteApis {
  const transport = createTransport({ ...options, credentials, secrets: [registryToken?.reveal()] })
  return {
    published: publishedApi<AppRecord>(transport, kind),
    engines: publishedApi<EngineRecord>(transport, 'engines'),
    templates: templatesApi(transport),
  }
}
