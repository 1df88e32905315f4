import * as v from 'valibot'
import type { Connection } from '../connection/connection.js'
import { publishingOff } from '../connection/publishing-off.js'
import type { Credentials } from '../connection/credentials.js'
import { isByteNiteError } from '../errors.js'
import type { AccessTokenResponse } from '../wire.js'
import { AccessTokens } from './access-tokens.js'
import { readResponse, type TextResponse } from './http/response.js'
import { exchange, type Body, type HttpMethod, type HttpResponse, type HttpRequest } from './http/exchange.js'
import { Failure } from './http/failure.js'
import { openStream } from './http/open-stream.js'
import { invalidResponse, parseResponse } from './http/parse-response.js'
import { WaitBudget } from './http/wait-budget.js'
import { Redactor } from './http/redactor.js'
import { refusal, type Hints } from './http/refusal.js'
import { withRetries, type Confirmation } from './http/retry.js'

export interface TransportOptions extends Omit<Connection, 'credentials' | 'missingCredentials'> {
  credentials: Credentials
  /** Other secrets to remove from all messages. */
  secrets?: readonly (string | undefined)[] | undefined
  signal: AbortSignal | undefined
  /** Called with one sentence about each failed attempt that will be retried. */
  onWarning?: ((message: string) => void) | undefined
}

/** One call to the API. */
interface Call<Result> {
  method: HttpMethod
  /** Relative to the API's address, such as `/dev/apps`. */
  path: string
  /** Sent as JSON. */
  json?: unknown
  /** Sent unchanged. Must be JSON. */
  body?: Body
  /** Reads the result from a successful response. @throws {Failure} if the content is unexpected */
  read(response: TextResponse): Result
  /** Whether the result is a secret, maybe one that is known. Then the response is read as it came. @default false */
  isSecret?: boolean
  /** Whether doing it twice is as good as once. Otherwise, it is tried again only if the platform cannot have done it. @default true */
  isRepeatable?: boolean
  /** Remedies for refusals. */
  hints?: Hints
  /**
   * Checks whether the platform carried out a call whose response was lost, and returns the result if so. Runs before the
   * call is retried, and before giving up.
   */
  confirm?: Call<Result | undefined>
}

/** Sends calls to the platform: authorizes and retries them, limits their waits, and removes secrets from responses. */
export interface Transport {
  /** @throws {ByteNiteError} */
  call<Result>(call: Call<Result>): Promise<Result>
  /**
   * Downloads from a link of the platform, without credentials.
   * @param consume receives the bytes as they arrive, and how many the response announces; starts over in each attempt
   * @throws {ByteNiteError}
   */
  download<Result>(url: URL, consume: (chunks: AsyncIterable<Buffer>, announced: number | undefined) => Promise<Result>): Promise<Result>
  /**
   * Uploads to a link of the platform, without credentials.
   * @throws {ByteNiteError}
   */
  upload(url: URL, body: Body, headers: Record<string, string>): Promise<void>
  /**
   * Opens a response that goes on: resolves when it has started. Only the start is retried. Once opened, it has to be read.
   * @param path relative to the API's address
   * @param type the media type of the response
   * @returns the bytes as they arrive, with other errors of requests if the response breaks
   * @throws {ByteNiteError}
   */
  open(path: string, type: string, hints?: Hints): Promise<AsyncGenerator<Buffer, void, undefined>>
}

/** A header can carry nothing else. */
const TOKEN = /^[\x21-\x7e]+$/
const TokenSchema = v.looseObject({ token: v.pipe(v.string(), v.regex(TOKEN, 'contains characters that no token has')) })

/** Creates a transport. Sends nothing yet. */
export function createTransport(options: TransportOptions): Transport {
  const { apiUrl, credentials, forbiddenBy, retries, timeout, secrets = [], signal, onWarning = () => {} } = options
  const redactor = new Redactor()
  for (const secret of [...Object.values<string>(credentials), ...secrets]) redactor.add(secret)

  const tokens = new AccessTokens(credentials, async (apiKey) => {
    const response = await persist<AccessTokenResponse>(
      {
        method: 'POST',
        path: '/auth/access_token',
        json: { apiKey },
        // It may be the same token again.
        isSecret: true,
        read: (response) => parseResponse(TokenSchema, response, 'an access token'),
      },
      (call, budget) => attempt(call, undefined, budget),
    )
    redactor.add(response.token)
    return response
  })

  /** Makes an attempt with the current token, and once more with a new one if it is rejected. */
  async function authorized<Result>(send: (token: string) => Promise<Result>): Promise<Result> {
    const token = await tokens.current()
    try {
      return await send(token)
    } catch (failure) {
      const isRejected = failure instanceof Failure && failure.options.status === 401
      if (!isRejected || !(await tokens.reject(token))) throw failure
      return send(await tokens.current())
    }
  }

  function attempt<Result>(call: Call<Result>, token: string | undefined, budget: WaitBudget): Promise<Result> {
    const body = call.json === undefined ? call.body : jsonBody(call.json)
    const headers: Record<string, string> = { accept: 'application/json' }
    if (body !== undefined) headers['content-type'] = 'application/json'
    if (token !== undefined) headers['authorization'] = token
    const request: HttpRequest = { method: call.method, url: new URL(apiUrl + call.path), headers, body, signal }
    return exchangeDiscreetly(request, budget, async (response) => {
      const whole = await readResponse(response)
      if (!isSuccess(whole)) throw refusal(redacted(whole), call.hints)
      return call.read(call.isSecret === true ? whole : redacted(whole))
    })
  }

  async function readRedacted(response: HttpResponse): Promise<TextResponse> {
    return redacted(await readResponse(response))
  }

  function redacted(response: TextResponse): TextResponse {
    return { ...response, text: redactor.redact(response.text) }
  }

  /** Removes secrets from failures. */
  async function exchangeDiscreetly<Result>(
    request: HttpRequest,
    budget: WaitBudget,
    read: (response: HttpResponse) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await exchange(request, timeout, budget, read)
    } catch (error) {
      throw error instanceof Failure ? error.redacted((text) => redactor.redact(text)) : error
    }
  }

  function persist<Result>(call: Call<Result>, attempt: <Any>(call: Call<Any>, budget: WaitBudget) => Promise<Any>): Promise<Result> {
    const { confirm, isRepeatable = true } = call
    return withBudget((budget) => attempt(call, budget), isRepeatable, confirm && ((budget) => askWhether(() => attempt(confirm, budget))))
  }

  function withBudget<Result>(
    attempt: (budget: WaitBudget) => Promise<Result>,
    isRepeatable = true,
    confirm?: (budget: WaitBudget) => Promise<Confirmation<Result>>,
  ): Promise<Result> {
    const budget = new WaitBudget(timeout.total)
    const options = { retries, budget, signal, isRepeatable, onRetry: onWarning }
    return withRetries(() => attempt(budget), confirm && (() => confirm(budget)), options)
  }

  function checkAllowed(method: HttpMethod): void {
    if (forbiddenBy !== undefined && method !== 'GET') throw publishingOff(forbiddenBy)
  }

  return {
    async call(call) {
      checkAllowed(call.method)
      return persist(call, (call, budget) => authorized((token) => attempt(call, token, budget)))
    },
    download(url, consume) {
      const request: HttpRequest = { method: 'GET', url, headers: {}, isDownload: true, signal }
      return withBudget((budget) =>
        exchangeDiscreetly(request, budget, async (response) => {
          if (response.status !== 200) throw refusal(await readRedacted(response))
          const announced = Number(response.headers['content-length'] ?? NaN)
          return consume(response.chunks, Number.isNaN(announced) ? undefined : announced)
        }),
      )
    },
    async upload(url, body, headers) {
      checkAllowed('PUT')
      const request: HttpRequest = { method: 'PUT', url, headers, body, signal }
      return withBudget((budget) =>
        exchangeDiscreetly(request, budget, async (response) => {
          const whole = await readRedacted(response)
          if (!isSuccess(whole)) throw refusal(whole, LINK_HINTS)
        }),
      )
    },
    open(path, type, hints) {
      const openWith = (token: string, budget: WaitBudget): Promise<AsyncGenerator<Buffer, void, undefined>> =>
        openStream((stop, read) => {
          const request: HttpRequest = {
            method: 'GET',
            url: new URL(apiUrl + path),
            headers: { accept: type, authorization: token },
            isStream: true,
            signal: signal === undefined ? stop : AbortSignal.any([signal, stop]),
          }
          return exchangeDiscreetly(request, budget, async (response) => {
            if (response.status !== 200) throw refusal(await readRedacted(response), hints)
            if (!String(response.headers['content-type']).startsWith(type)) {
              throw invalidResponse(await readRedacted(response), type, 'the response is of another type')
            }
            await read(response)
          })
        })
      return withBudget((budget) => authorized((token) => openWith(token, budget)))
    },
  }
}

/** For the links that a platform gives out. */
const LINK_HINTS: Hints = { 403: 'The link has expired. Read the job again for a new one.', 404: 'What the link leads to was deleted.' }

function isSuccess({ status }: { status: number }): boolean {
  return status >= 200 && status < 300
}

async function askWhether<Result>(ask: () => Promise<Result | undefined>): Promise<Confirmation<Result>> {
  try {
    const result = await ask()
    return result === undefined ? { state: 'not done' } : { state: 'done', result }
  } catch (failure) {
    if (failure instanceof Failure) return { state: failure.options.status === 404 ? 'not done' : 'unknown' }
    // The access token may have expired, and renewing it failed.
    if (isByteNiteError(failure)) return { state: 'unknown' }
    throw failure
  }
}

function jsonBody(json: unknown): Body {
  const bytes = Buffer.from(JSON.stringify(json))
  return {
    size: bytes.length,
    async *open() {
      yield bytes
    },
  }
}
