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
  /** Further secrets that no message may contain. */
  secrets?: readonly (string | undefined)[] | undefined
  signal: AbortSignal | undefined
  /** Called with one sentence for every attempt that failed and is followed by another one. */
  onWarning?: ((message: string) => void) | undefined
}

/** One call of the API. */
interface Call<Result> {
  method: 'GET' | 'POST'
  /** Below the API's address, such as `/dev/apps`. */
  path: string
  /** Sent as JSON. */
  json?: unknown
  /** Sent as it is, which has to be JSON. */
  body?: Body
  /** What a success says. @throws {Failure} when it says something else */
  read(response: TextResponse): Result
  /**
   * Asked when the platform may have acted, and its response was lost: the result, if it has. The same question is asked
   * before the body is sent again, and before giving up.
   */
  confirm?: Call<Result | undefined>
}

/** The way to the platform: who asks, how long, how often, and that no secret comes back. */
export interface Transport {
  /** @throws {ByteNiteError} */
  call<Result>(call: Call<Result>): Promise<Result>
  /**
   * Fetches what a link of the platform leads to, without credentials.
   * @param consume gets the bytes as they arrive, anew in each attempt
   * @throws {ByteNiteError}
   */
  download<Result>(url: URL, consume: (chunks: AsyncIterable<Buffer>) => Promise<Result>): Promise<Result>
}

const TokenSchema = v.looseObject({ token: v.pipe(v.string(), v.nonEmpty()) })

/** Connects to nothing yet. */
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

  /** An attempt with the token in use; a token that is not accepted is replaced once. */
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

  /** Nothing that comes back as a failure repeats a secret. */
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
    // The access token may have ended, and no other one be had.
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
