import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import * as v from 'valibot'
import { hashArchive, toArchiveHash, type Archive } from './archive.js'
import { ByteNiteError } from './errors.js'
import type { ArchiveHash, Credentials } from './options.js'
import { refusal, unreachable } from './refusal.js'
import { uploadBody, uploadBodySize } from './upload-body.js'
import type { AppRecord, EngineRecord } from './wire.js'

export interface ClientOptions {
  /** The platform's API, up to and with `/v1`. */
  apiUrl: string
  credentials: Credentials
  /** Stops every request: it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined
}

export interface UploadOptions {
  /** `name@version`, which the answer must be about. */
  tag: string
  /** The archive's SHA-256, if it is known already; else the archive is read once more. */
  hash?: ArchiveHash
}

/** An answer to an upload that was checked. */
export interface Uploaded<Record> {
  record: Record
  /** Whether the answer carried a hash, which then equals that of what was sent. */
  verified: boolean
}

/** The platform's API, one function per endpoint. Every function throws {@link ByteNiteError}. */
export interface Client {
  /** `POST /dev/apps` */
  uploadApp(archive: Archive, options: UploadOptions): Promise<Uploaded<AppRecord>>
  /** `POST /dev/engines` */
  uploadEngine(archive: Archive, options: UploadOptions): Promise<Uploaded<EngineRecord>>
  /** `GET /dev/apps/{appTag}`; a tag is `name`, `name@MAJOR` or `name@MAJOR.MINOR`. */
  getApp(tag: string): Promise<AppRecord>
  /** `GET /dev/apps/{appTag}/download`: a link to the archive, good for a short time and without credentials. */
  getAppDownloadLink(tag: string): Promise<string>
}

const RecordSchema = v.looseObject({
  name: v.string(),
  version: v.string(),
  hash: v.optional(v.string()),
})
const TokenSchema = v.looseObject({ token: v.pipe(v.string(), v.nonEmpty()) })
const AppSchema = v.looseObject({ app: v.looseObject({}) })
const MessageSchema = v.looseObject({ message: v.string() })

/** Connects nothing yet: an access token is asked for with the first call that needs one. */
export function createClient({ apiUrl, credentials, signal }: ClientOptions): Client {
  let accessToken: Promise<string> | undefined

  function authorize(): Promise<string> {
    accessToken ??= 'accessToken' in credentials ? Promise.resolve(credentials.accessToken) : exchange(credentials.apiKey)
    return accessToken
  }

  async function exchange(apiKey: string): Promise<string> {
    const answer = await send({
      call: `POST ${apiUrl}/auth/access_token`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ apiKey }),
      signal,
    })
    return parse(TokenSchema, answer, 'an access token').token
  }

  async function get(path: string): Promise<Answer> {
    return send({ call: `GET ${apiUrl}${path}`, headers: { authorization: await authorize() }, signal })
  }

  async function upload(kind: 'apps' | 'engines', archive: Archive, options: UploadOptions): Promise<Uploaded<AppRecord>> {
    const sent = options.hash ?? (await hashArchive(archive))
    const authorization = await authorize()
    const hash = createHash('sha256')
    const body = uploadBody(
      archive,
      (chunk) => hash.update(chunk),
      () => {
        if (toArchiveHash(hash.digest()).hex !== sent.hex) throw changedOnTheWay()
      },
    )
    const answer = await send({
      call: `POST ${apiUrl}/dev/${kind}`,
      headers: {
        authorization,
        'content-type': 'application/json',
        'content-length': String(uploadBodySize(archive)),
      },
      body: Readable.from(body, { objectMode: false }),
      signal,
    })
    const record = parse(RecordSchema, answer, `the record of ${options.tag}`) as AppRecord
    return { record, verified: checkRecord(record, options.tag, sent) }
  }

  return {
    uploadApp: (archive, options) => upload('apps', archive, options),
    uploadEngine: (archive, options) => upload('engines', archive, options),
    async getApp(tag) {
      return parse(AppSchema, await get(`/dev/apps/${encodeURIComponent(tag)}`), `the record of ${tag}`).app
    },
    async getAppDownloadLink(tag) {
      const answer = await get(`/dev/apps/${encodeURIComponent(tag)}/download`)
      return parse(MessageSchema, answer, `a link to the archive of ${tag}`).message
    },
  }
}

interface Request {
  /** Method and URL. */
  call: string
  headers: Record<string, string>
  body?: string | Readable
  signal: AbortSignal | undefined
}

interface Answer {
  call: string
  status: number
  text: string
}

/** Deadlines in milliseconds: without a byte moving while sending, and for the answer once everything is sent. */
const CONNECT_TIMEOUT = 10_000
const ANSWER_TIMEOUT = 60_000
const BODY_TIMEOUT = 30_000

/** One request and its whole answer; anything but a success is an error. */
async function send({ call, headers, body, signal }: Request): Promise<Answer> {
  // Loaded here so that packing alone never pays for it.
  const { Agent, request } = await import('undici')
  const [method, url] = call.split(' ') as ['GET' | 'POST', string]
  const dispatcher = new Agent({
    connect: { timeout: CONNECT_TIMEOUT },
    headersTimeout: ANSWER_TIMEOUT,
    bodyTimeout: BODY_TIMEOUT,
  })
  let answer: Answer
  try {
    const response = await request(url, {
      dispatcher,
      method,
      headers: { accept: 'application/json', 'user-agent': 'bytenite-uploader', ...headers },
      body: body ?? null,
      ...(signal && { signal }),
    })
    answer = { call, status: response.statusCode, text: await response.body.text() }
  } catch (error) {
    signal?.throwIfAborted()
    throw error instanceof ByteNiteError ? error : unreachable(call, error)
  } finally {
    await dispatcher.destroy()
    if (typeof body === 'object') await closed(body)
  }
  if (answer.status < 200 || answer.status > 299) throw refusal(answer)
  return answer
}

/** Ends a stream; only once it is closed are the files that it reads closed as well. */
function closed(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) return resolve()
    // Its error, if it has one, is that of the request.
    stream.once('error', () => {}).once('close', resolve).destroy()
  })
}

function parse<Schema extends v.GenericSchema>(schema: Schema, answer: Answer, expected: string): v.InferOutput<Schema> {
  let json: unknown
  try {
    json = JSON.parse(answer.text)
  } catch {
    throw invalidAnswer(answer, expected, 'the answer is not JSON')
  }
  const result = v.safeParse(schema, json)
  // As it came: unknown fields stay, in their order.
  if (result.success) return json as v.InferOutput<Schema>
  const [issue] = result.issues
  throw invalidAnswer(answer, expected, `${v.getDotPath(issue) ?? 'the answer'}: ${issue.message}`)
}

function invalidAnswer({ call, status }: Answer, expected: string, reason: string): ByteNiteError {
  return new ByteNiteError('INVALID_ANSWER', `${call} answered ${status}, but not with ${expected}: ${reason}.`, {
    hint: 'Whether the request took effect is not known. Check that the API address is that of the platform.',
    status,
  })
}

/** Makes sure that an answer is about what was sent. */
function checkRecord(record: AppRecord, tag: string, sent: ArchiveHash): boolean {
  const answered = `${record.name}@${record.version}`
  if (answered !== tag) {
    throw new ByteNiteError('INVALID_ANSWER', `${tag} was sent, but the platform answered with the record of ${answered}.`)
  }
  if (record.hash === undefined || record.hash === '') return false
  // The platform spells a hash in base64; hexadecimal digits are understood too.
  const encoding = /^[0-9a-f]{64}$/i.test(record.hash) ? 'hex' : 'base64'
  if (!Buffer.from(record.hash, encoding).equals(Buffer.from(sent.hex, 'hex'))) {
    throw new ByteNiteError(
      'HASH_MISMATCH',
      `The platform has another archive of ${tag} than the one that was sent: its SHA-256 is ${record.hash}, ours is ${sent.base64} (${sent.hex}).`,
      { hint: 'Do not activate this version. Publish it again.' },
    )
  }
  return true
}

function changedOnTheWay(): ByteNiteError {
  return new ByteNiteError('FILE_CHANGED', 'The output changed between packing and sending it; the upload was stopped.', {
    hint: 'Something still writes to the output directory: let the build finish first, then publish.',
  })
}
