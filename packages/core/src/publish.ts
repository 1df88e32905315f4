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
import type { AppRecord, EngineRecord } from './wire.js'

/** What was published: the platform has confirmed it. */
export interface PublishResult extends PackResult {
  /** The platform's record, with its unknown fields, without the registry's token. */
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
 * The record of an earlier publish is removed first, so that a record on disk is always true.
 * @throws {ByteNiteError} also when it is not certain that the platform has the archive
 * @throws the reason of `signal`
 */
export async function publish(options: PublishOptions): Promise<PublishResult> {
  return publishResolved(resolveOptions(options))
}

/** {@link publish} for options that are resolved already. */
export async function publishResolved(options: ResolvedOptions): Promise<PublishResult> {
  const { onProgress, signal } = options
  signal?.throwIfAborted()
  await checkOwnFiles(options)
  await removeRecord(options)
  const credentials = requireCredentials(options)
  const packed = await packResolved(options)
  const { archive, tag, hash, manifest, plannedTemplate } = packed
  options.onPacked(summaryOf(packed))
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
  const write = (record: AppRecord): Promise<string | undefined> => writeRecord(record, manifest.file.entrypoint, options)
  const recordFile = await write(uploaded.record)
  // From here on it is published, and the record says so, whatever fails now.
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

/** The figures alone: whoever prints them prints nothing else. */
function summaryOf({ tag, files, sourceMaps, notes, size, hash }: PackResult): PackSummary {
  return { tag, files, sourceMaps, notes, size, hash }
}
