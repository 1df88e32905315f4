import { findCachedPublish } from './checks/cached-publish.js'
import { reportProblems } from './checks/run-checks.js'
import { publishedApi } from './client/api/published-api.js'
import { orUndefinedIf404 } from './client/api/or-undefined-if-404.js'
import { templatesApi } from './client/api/templates-api.js'
import { createTransport } from './client/transport.js'
import { requireCredentials } from './connection/credentials.js'
import type { PackSummary, PublishOptions, ResolvedOptions } from './options.js'
import { resolveOptions } from './resolve-options.js'
import { checkOwnFiles, packResolved, type PackResult } from './pack.js'
import { activate } from './publish/activate.js'
import { readRemoteState, requireEngines } from './publish/remote-state.js'
import { saveTemplate, type SavedTemplate } from './publish/save-template.js'
import { removeRecord, writeRecord } from './record/record.js'
import { refuseRecordOfOther, whileStamped } from './stamps/concurrent-builds.js'
import type { AppRecord, EngineRecord } from './wire.js'

/** A publish that the platform has confirmed. */
export interface PublishResult extends PackResult {
  /** The platform's record, including unknown fields, but without the registry's token. */
  record: AppRecord
  /** The record's absolute path; `undefined` if the record is turned off. */
  recordFile: string | undefined
  /** Whether the platform's response has a hash. If it does, it equals the archive's. */
  verified: boolean
  /** Whether the upload was skipped, because the platform already had this archive. */
  unchanged: boolean
  /** The previous record, if this publish replaced a different archive. */
  replaced: AppRecord | undefined
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
  return whileStamped(resolved, 'pack', () => publishResolved(resolved))
}

/** {@link publish} with resolved options. */
export async function publishResolved(options: ResolvedOptions): Promise<PublishResult> {
  const { onProgress, signal } = options
  signal?.throwIfAborted()
  await checkOwnFiles(options)
  await removeRecord(options)
  const credentials = requireCredentials(options)
  const packed = await packResolved(options)
  const { archive, tag, hash, manifest, plannedTemplate } = packed
  options.onPacked(summaryOf(packed))
  reportProblems(findCachedPublish(options.taskRunner), options, manifest.file.platform_config.container)
  signal?.throwIfAborted()

  const secrets = [manifest.registryToken?.reveal()]
  const transport = createTransport({ ...options, credentials, secrets })
  const api = publishedApi<AppRecord>(transport, manifest.kind)
  const templates = templatesApi(transport)
  const wanted = plannedTemplate?.isExplicit === true ? plannedTemplate.template : undefined
  if (wanted !== undefined) await requireEngines(publishedApi<EngineRecord>(transport, 'engines'), wanted)
  const templateBefore = wanted && (await orUndefinedIf404(templates.get(wanted.id)))
  const { existing, isSame } = await readRemoteState(api, tag, hash, options)
  const unchanged = isSame && options.skipUnchanged
  const uploaded =
    unchanged && existing !== undefined ? { record: existing, verified: true } : await api.upload(archive, { tag, hash, onProgress })
  const write = (record: AppRecord): Promise<string | undefined> => {
    if (options.record !== false) refuseRecordOfOther(tag, options)
    return writeRecord(record, manifest.file.entrypoint, options)
  }
  const recordFile = await write(uploaded.record)
  // From here on, the app is published and its record is written, even if a later step fails.
  const record = options.activate ? await activate(api, uploaded.record, hash, options) : uploaded.record
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

/** Keeps only the fields of the summary, so that printing it cannot expose anything else. */
function summaryOf({ tag, files, sourceMaps, notes, size, hash }: PackResult): PackSummary {
  return { tag, files, sourceMaps, notes, size, hash }
}
