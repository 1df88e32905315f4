import * as v from 'valibot'
import type { Connection } from '../connection/connection.js'
import type { Credentials } from '../connection/credentials.js'
import { isByteNiteError } from '../errors.js'
import type { AccessTokenResponse } from '../wire.js'
import { AccessTokens } from './access-tokens.js'
import { readResponse, type TextResponse } from './http/response.js'
import { exchange, type Body, type HttpResponse, type HttpRequest } from './http/exchange.js'
import { Failure } from './http/failure.js'
import { parseResponse } from './http/parse-response.js'
import { WaitBudget } from './http/wait-budget.js'
import { Redactor } from './http/redactor.js'
import { refusal } from './http/refusal.js'
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
  method: 'GET' | 'POST'
  /** Relative to the API's address, such as `/dev/apps`. */
  path: string
  /** Sent as JSON. */
  json?: unknown
  /** Sent unchanged. Must be JSON. */
  body?: Body
  /** Reads the result from a successful response. @throws {Failure} if the content is unexpected */
  read(response: TextResponse): Result
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
   * @param consume receives the bytes as they arrive, and starts over in each attempt
   * @throws {ByteNiteError}
   */
  download<Result>(url: URL, consume: (chunks: AsyncIterable<Buffer>) => Promise<Result>): Promise<Result>
}

/** A header can carry nothing else. */
const TOKEN = /^[\x21-\x7e]+$/
const TokenSchema = v.looseObject({ token: v.pipe(v.string(), v.regex(TOKEN, 'contains characters that no token has')) })

/** Creates a transport. Sends nothing yet. */
export function createTransport(options: TransportOptions): Transport {
  const { apiUrl, credentials, retries, timeout, secrets = [], signal, onWarning = () => {} } = options
  const redactor = new Redactor()
  for (const secret of [...Object.values<string>(credentials), ...secrets]) redactor.add(secret)

  const tokens = new AccessTokens(credentials, async (apiKey) => {
    const response = await persist<AccessTokenResponse>(
      {
        method: 'POST',
        path: '/auth/access_token',
        json: { apiKey },
        read: (response) => parseResponse(TokenSchema, response, 'an access token'),
      },
      (call, budget) => attempt(call, undefined, budget),
    )
    redactor.add(response.token)
    return response
  })

  /** Makes an attempt with the current token, and once more with a new one if it is rejected. */
  async function authorizedAttempt<Result>(call: Call<Result>, budget: WaitBudget): Promise<Result> {
    const token = await tokens.current()
    try {
      return await attempt(call, token, budget)
    } catch (failure) {
      const isRejected = failure instanceof Failure && failure.options.status === 401
      if (!isRejected || !(await tokens.reject(token))) throw failure
      return attempt(call, await tokens.current(), budget)
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
      const redacted = { ...whole, text: redactor.redact(whole.text) }
      if (whole.status < 200 || whole.status > 299) throw refusal(redacted)
      return call.read(redacted)
    })
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
    const budget = new WaitBudget(timeout.total)
    const { confirm } = call
    return withRetries(() => attempt(call, budget), confirm && (() => askWhether(() => attempt(confirm, budget))), {
      retries,
      budget,
      signal,
      onRetry: onWarning,
    })
  }

  return {
    call: (call) => persist(call, authorizedAttempt),
    download(url, consume) {
      const budget = new WaitBudget(timeout.total)
      const request: HttpRequest = { method: 'GET', url, headers: {}, isDownload: true, signal }
      const attempt = (): ReturnType<typeof consume> =>
        exchangeDiscreetly(request, budget, async (response) => {
          if (response.status !== 200) throw refusal(await readResponse(response))
          return consume(response.chunks)
        })
      return withRetries(attempt, undefined, { retries, budget, signal, onRetry: onWarning })
    },
  }
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
