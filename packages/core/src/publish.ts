import { createClient } from './client.js'
import { ByteNiteError } from './errors.js'
import { CREDENTIAL_SOURCES, resolveOptions, type PublishOptions } from './options.js'
import { packResolved, type Packed } from './pack.js'
import { removeRecord, writeRecord } from './record.js'
import type { AppRecord } from './wire.js'

/** What was published: the platform has confirmed it. */
export interface Published extends Packed {
  /** The platform's answer, with its unknown fields. May hold the registry's token; the file does not. */
  record: AppRecord
  /** Where the record was written; absolute. */
  recordFile: string | undefined
  /** Whether the platform's answer carried the archive's hash, which then equals ours. */
  verified: boolean
}

/**
 * Packs an output directory, uploads it, and writes the record that comes back.
 * The record of an earlier publish is removed first, so that one that is there is always true.
 * @throws {ByteNiteError} also when it is not certain that the platform has the archive
 * @throws the reason of `signal`
 */
export async function publish(options: PublishOptions): Promise<Published> {
  const resolved = resolveOptions(options)
  const { credentials, apiUrl, onPacked, signal } = resolved
  signal?.throwIfAborted()
  await removeRecord(resolved)
  if (credentials === undefined) {
    throw new ByteNiteError('NO_CREDENTIALS', `No credentials: looked for ${CREDENTIAL_SOURCES}.`, {
      hint: 'Set BYTENITE_API_KEY to an API key of your ByteNite account.',
    })
  }
  const packed = await packResolved(resolved)
  onPacked(packed)
  signal?.throwIfAborted()
  const { archive, tag, hash, manifest } = packed
  const client = createClient({ apiUrl, credentials, signal })
  const upload = manifest.kind === 'apps' ? client.uploadApp : client.uploadEngine
  const { record, verified } = await upload(archive, { tag, hash })
  const recordFile = await writeRecord(record, manifest.file.entrypoint, resolved)
  return { ...packed, record, recordFile, verified }
}
