import * as v from 'valibot'
import type { Archive } from '../../archive/archive.js'
import type { ArchiveHash } from '../../archive/hash.js'
import type { Progress } from './progress.js'
import { fieldText, tagOf } from '../../record/facts.js'
import { withoutToken } from '../../record/without-token.js'
import { checkOptionNames, namesOf } from '../../utils/option-names.js'
import type { AppRecord, EngineMessage, GenericResponse } from '../../wire.js'
import type { TextResponse } from '../http/response.js'
import { downloadArchive, type DownloadOptions, type DownloadResult } from './download.js'
import { listPages, type ListOptions } from './pages.js'
import { invalidResponse, parseResponse } from '../http/parse-response.js'
import { matchesHash, verifyRecord } from './record-check.js'
import type { Transport } from '../transport.js'
import { uploadBody, uploadBodySize } from './upload-body.js'
import { UploadHash } from './upload-hash.js'

export interface UploadOptions {
  /** `name@version`; the response must have the same. */
  tag: string
  /** The SHA-256 that the archive must have. @default whatever it has when it is sent */
  hash?: ArchiveHash | undefined
  /** Called with the upload's progress, at most ten times a second. */
  onProgress?: ((progress: Progress) => void) | undefined
}

const UPLOAD_NAMES = namesOf<UploadOptions>({ tag: true, hash: true, onProgress: true })

const DOWNLOAD_NAMES = namesOf<DownloadOptions>({ maxBytes: true, onProgress: true })

/** The verified response to an upload. */
export interface UploadResult<Item> {
  record: Item
  /** SHA-256 of what was sent. */
  hash: ArchiveHash
  /** Whether the response has a hash. If it does, it equals `hash`. */
  verified: boolean
}

/** The endpoints of apps, and those of engines. A tag is `name`, `name@MAJOR` or `name@MAJOR.MINOR`. */
export interface PublishedApi<Item extends AppRecord> {
  /** `POST /dev/apps`. If the response is lost, checks whether the platform has the archive before sending it again. */
  upload(archive: Archive, options: UploadOptions): Promise<UploadResult<Item>>
  /** `GET /dev/apps`. Requests a page only when its records are needed. */
  list(options?: ListOptions): AsyncGenerator<Item, void, undefined>
  /** `GET /dev/apps/{tag}` */
  get(tag: string): Promise<Item>
  /** `GET /dev/apps/{tag}/status`. Returns the platform's own term, such as `active`. */
  getStatus(tag: string): Promise<string>
  /** `POST /dev/apps/{tag}/activate`. The status may change only after a while. */
  activate(tag: string): Promise<GenericResponse>
  /** `POST /dev/apps/{tag}/deactivate` */
  deactivate(tag: string): Promise<GenericResponse>
  /** `GET /dev/apps/{tag}/download`, then its link. `file` appears only once it is complete and verified. */
  download(tag: string, file: string, options?: DownloadOptions): Promise<DownloadResult<Item>>
}

const RecordSchema = v.looseObject({
  name: v.string(),
  version: v.string(),
  hash: v.nullish(v.string()),
  platformConfig: v.nullish(v.looseObject({})),
})
const GenericSchema = v.looseObject({ ok: v.nullish(v.literal(true)), message: v.nullish(v.string()) })
const Text = v.pipe(v.string(), v.nonEmpty())
const MessageSchema = v.looseObject({ ok: v.nullish(v.literal(true)), message: Text })
const EngineStatusSchema = v.looseObject({ engineStatus: Text })
const EngineLinkSchema = v.looseObject({ engineLink: Text })

/** The endpoints under `/dev/apps` or `/dev/engines`. */
export function publishedApi<Item extends AppRecord>(transport: Transport, kind: 'apps' | 'engines'): PublishedApi<Item> {
  const collection = `/dev/${kind}`
  const single = kind === 'apps' ? 'app' : 'engine'
  const SingleSchema = v.looseObject({ [single]: RecordSchema })
  // The API returns an engine bare; some platforms wrap it, as an app.
  const OneSchema = kind === 'apps' ? SingleSchema : v.union([SingleSchema, RecordSchema], 'is not the record of an engine')
  const pathOf = (tag: string): string => `${collection}/${encodeURIComponent(tag)}`

  const readRecord = (record: Item): Item => {
    const { revision } = record as { revision?: unknown }
    return withoutToken(typeof revision === 'number' ? { ...record, revision: String(revision) } : record)
  }

  const readSingle = (response: TextResponse, tag: string): Item => {
    const one = parseResponse<Record<string, Item> & Item>(OneSchema, response, `the record of ${tag}`)
    return readRecord(one[single] ?? one)
  }

  /** What a call returns besides records: in a field of the engine, or in the message. */
  const readText = (response: TextResponse, field: 'engineStatus' | 'engineLink', expected: string): string => {
    const EngineSchema = field === 'engineStatus' ? EngineStatusSchema : EngineLinkSchema
    const Schema = kind === 'apps' ? MessageSchema : v.union([EngineSchema, MessageSchema], `has neither ${field} nor a message`)
    const texts = parseResponse<EngineMessage & GenericResponse>(Schema, response, expected)
    return (texts[field] || texts.message) as string
  }

  const get = (tag: string): Promise<Item> =>
    transport.call({ method: 'GET', path: pathOf(tag), read: (response) => readSingle(response, tag) })

  const act = (tag: string, action: string): Promise<GenericResponse> =>
    transport.call({ method: 'POST', path: `${pathOf(tag)}/${action}`, read: readGeneric })

  return {
    async upload(archive, options) {
      checkOptionNames(options, UPLOAD_NAMES)
      const { tag, onProgress } = options
      const whole = new UploadHash(options.hash)
      return transport.call<UploadResult<Item>>({
        method: 'POST',
        path: collection,
        body: { size: uploadBodySize(archive), open: () => uploadBody(archive, (hash) => whole.check(hash), onProgress) },
        read(response) {
          const record = readRecord(parseResponse<Item>(RecordSchema, response, `the record of ${tag}`))
          const received = tagOf(record)
          if (received !== tag) throw invalidResponse(response, `the record of ${tag}`, `it is the record of ${fieldText(received)}`)
          // A response before the end of the request is refused.
          const hash = whole.hash as ArchiveHash
          return { record, hash, verified: verifyRecord(record, tag, hash) }
        },
        confirm: {
          method: 'GET',
          path: pathOf(tag),
          read(response) {
            const record = readSingle(response, tag)
            const { hash } = whole
            // Only a hash distinguishes this upload from an earlier one.
            return hash !== undefined && matchesHash(record, hash) ? { record, hash, verified: true } : undefined
          },
        },
      })
    },
    async *list(options) {
      for await (const record of listPages<Item>(transport, collection, kind, options)) yield readRecord(record)
    },
    get,
    getStatus: (tag) =>
      transport.call({
        method: 'GET',
        path: `${pathOf(tag)}/status`,
        read: (response) => readText(response, 'engineStatus', `the status of ${tag}`),
      }),
    activate: (tag) => act(tag, 'activate'),
    deactivate: (tag) => act(tag, 'deactivate'),
    async download(tag, file, options) {
      checkOptionNames(options, DOWNLOAD_NAMES)
      const record = await get(tag)
      // The record's exact version, even if the tag means the newest one.
      const exact = tagOf(record)
      const link = await transport.call({
        method: 'GET',
        path: `${pathOf(exact)}/download`,
        read: (response) => readText(response, 'engineLink', `a link to the archive of ${exact}`),
      })
      return downloadArchive(transport, link, record, file, options)
    },
  }
}

/** Of an engine, the API returns its status in place of a confirmation. */
function readGeneric(response: TextResponse): GenericResponse {
  const generic = parseResponse<GenericResponse & EngineMessage>(GenericSchema, response, 'a confirmation')
  return generic.engineStatus ? { ok: true, message: generic.engineStatus, ...generic } : generic
}
