import { randomUUID } from 'node:crypto'
import type { EngineRecord } from 'bytenite-uploader/wire'
import * as v from 'valibot'
import type { CheckedManifest } from '../rules/manifest-check.js'

export type PublishedKind = 'apps' | 'engines'

/** The record of an app or an engine, with the fields that this platform always sets. Only an engine has a `type`. */
export interface PublishedRecord extends EngineRecord {
  id: string
  name: string
  version: string
  status: 'active' | 'inactive'
  createdAt: string
  /** SHA-256 of the archive, in base64. */
  hash: string
  revision: string
}

const StoredRecord = v.looseObject({
  id: v.string(),
  name: v.string(),
  version: v.string(),
  status: v.picklist(['active', 'inactive']),
  createdAt: v.string(),
  hash: v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{43}=$/, 'must be a SHA-256 in base64')),
  revision: v.pipe(v.string(), v.regex(/^\d+$/, 'must be a whole number')),
})

/**
 * Checks a record that was read from a file.
 * @param tag the tag in the file's name
 * @throws {Error} that says what is wrong with it
 */
export function checkRecord(json: unknown, tag: string): PublishedRecord {
  const result = v.safeParse(StoredRecord, json)
  if (!result.success) {
    throw new Error(`invalid record: ${result.issues.map((issue) => `${v.getDotPath(issue) ?? 'the file'}: ${issue.message}`).join('; ')}`)
  }
  const record = result.output as PublishedRecord
  if (tagOf(record) !== tag) throw new Error(`it is the record of ${tagOf(record)}`)
  return record
}

/** The one tag that no other record of its kind has. */
export function tagOf({ name, version }: Pick<PublishedRecord, 'name' | 'version'>): string {
  return `${name}@${version}`
}

/** @param previous the record with the same tag, which this one replaces */
export function createRecord(manifest: CheckedManifest, hash: Buffer, previous: PublishedRecord | undefined): PublishedRecord {
  const { platform_config: config, device_requirements: device } = manifest
  const now = new Date().toISOString()
  const digest = hash.toString('base64')
  return withoutUndefined<PublishedRecord>({
    id: previous?.id ?? randomUUID(),
    name: manifest.name,
    version: manifest.version,
    description: manifest.description,
    ...(manifest.type !== 'app' && { type: manifest.type }),
    owner: 'local',
    userName: 'local',
    // A different archive must be activated again; the same one changes nothing.
    status: previous?.hash === digest ? previous.status : 'inactive',
    isPublic: false,
    createdAt: previous?.createdAt ?? now,
    updatedAt: now,
    platform: manifest.platform,
    platformConfig: withoutUndefined({
      container: config.container,
      privateImage: config.private_image,
      username: config.username,
      token: config.token,
      secrets: config.secrets,
    }),
    deviceRequirements: withoutUndefined({ minCpu: device.min_cpu, minMemory: device.min_memory, gpu: device.gpu }),
    entrypoint: manifest.entrypoint,
    hash: digest,
    revision: String(Number(previous?.revision ?? 0) + 1),
  })
}

type MaybeUndefined<T> = { [Key in keyof T]: T[Key] | undefined }

function withoutUndefined<T extends object>(value: MaybeUndefined<T>): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T
}
