import * as v from 'valibot'
import { hashArchive, type Archive } from '../../archive/archive.js'
import type { ArchiveHash } from '../../archive/hash.js'
import type { Progress } from './progress.js'
import { withoutToken } from '../../record/without-token.js'
import type { AppRecord, GenericAnswer } from '../../wire.js'
import type { Answer } from '../http/response.js'
import { downloadArchive, type Downloaded } from './download.js'
import { listPages, type ListOptions } from './pages.js'
import { invalidAnswer, parseAnswer } from '../http/parse-response.js'
import { isOfArchive, verifyRecord } from './record-check.js'
import type { Transport } from '../transport.js'
import { uploadBody, uploadBodySize } from './upload-body.js'

export interface UploadOptions {
  /** `name@version`, which the answer must be about. */
  tag: string
  /** The archive's SHA-256, if it is known already; else the archive is read once more. */
  hash?: ArchiveHash | undefined
  /** Told how the upload goes on, at most ten times a second. */
  onProgress?: ((progress: Progress) => void) | undefined
}

/** An answer to an upload that was checked. */
export interface Uploaded<Record> {
  record: Record
  /** Whether the answer carried a hash, which then equals that of what was sent. */
  verified: boolean
}

/** What can be done with apps, and with engines just so. A tag is `name`, `name@MAJOR` or `name@MAJOR.MINOR`. */
export interface PublishedApi<Record extends AppRecord> {
  upload(archive: Archive, options: UploadOptions): Promise<Uploaded<Record>>
  list(options?: ListOptions): AsyncGenerator<Record, void, undefined>
  get(tag: string): Promise<Record>
  getStatus(tag: string): Promise<string>
  activate(tag: string): Promise<GenericAnswer>
  deactivate(tag: string): Promise<GenericAnswer>
  download(tag: string, file: string): Promise<Downloaded<Record>>
}

const RecordSchema = v.looseObject({
  name: v.string(),
  version: v.string(),
  hash: v.nullish(v.string()),
  platformConfig: v.nullish(v.looseObject({})),
})
const GenericSchema = v.looseObject({ ok: v.nullish(v.literal(true)), message: v.nullish(v.string()) })
const MessageSchema = v.looseObject({ ok: v.nullish(v.literal(true)), message: v.pipe(v.string(), v.nonEmpty()) })

type Message = Required<Pick<GenericAnswer, 'message'>>

/** The endpoints under `/dev/apps` or `/dev/engines`. */
export function publishedApi<Record extends AppRecord>(
  transport: Transport,
  kind: 'apps' | 'engines',
): PublishedApi<Record> {
  const collection = `/dev/${kind}`
  const single = kind === 'apps' ? 'app' : 'engine'
  const SingleSchema = v.looseObject({ [single]: RecordSchema })
  const pathOf = (tag: string): string => `${collection}/${encodeURIComponent(tag)}`

  const readSingle = (answer: Answer, tag: string): Record =>
    withoutToken(parseAnswer<{ [key: string]: Record }>(SingleSchema, answer, `the record of ${tag}`)[single] as Record)

  const get = (tag: string): Promise<Record> =>
    transport.call({ method: 'GET', path: pathOf(tag), read: (answer) => readSingle(answer, tag) })

  const act = (tag: string, action: string): Promise<GenericAnswer> =>
    transport.call({ method: 'POST', path: `${pathOf(tag)}/${action}`, read: readGeneric })

  return {
    async upload(archive, { tag, hash, onProgress }) {
      const sent = hash ?? (await hashArchive(archive))
      return transport.call<Uploaded<Record>>({
        method: 'POST',
        path: collection,
        body: { size: uploadBodySize(archive), open: () => uploadBody(archive, sent, onProgress) },
        read(answer) {
          const record = withoutToken(parseAnswer<Record>(RecordSchema, answer, `the record of ${tag}`))
          const answered = `${record.name}@${record.version}`
          if (answered !== tag) throw invalidAnswer(answer, `the record of ${tag}`, `it is that of ${answered}`)
          return { record, verified: verifyRecord(record, tag, sent) }
        },
        confirm: {
          method: 'GET',
          path: pathOf(tag),
          read(answer) {
            const record = readSingle(answer, tag)
            // Only a hash tells this upload from an earlier one.
            return isOfArchive(record, sent) ? { record, verified: true } : undefined
          },
        },
      })
    },
    list: (options = {}) => listPages(transport, collection, kind, options),
    get,
    getStatus: (tag) =>
      transport.call({
        method: 'GET',
        path: `${pathOf(tag)}/status`,
        read: (answer) => parseAnswer<Message>(MessageSchema, answer, `the status of ${tag}`).message,
      }),
    activate: (tag) => act(tag, 'activate'),
    deactivate: (tag) => act(tag, 'deactivate'),
    async download(tag, file) {
      const record = await get(tag)
      // The very version of the record, also if the tag stands for the newest one.
      const exact = `${record.name}@${record.version}`
      const link = await transport.call({
        method: 'GET',
        path: `${pathOf(exact)}/download`,
        read: (answer) => parseAnswer<Message>(MessageSchema, answer, `a link to the archive of ${exact}`).message,
      })
      return downloadArchive(transport, link, record, file)
    },
  }
}

function readGeneric(answer: Answer): GenericAnswer {
  return parseAnswer(GenericSchema, answer, 'a confirmation')
}
