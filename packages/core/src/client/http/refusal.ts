import type { ByteNiteErrorCode } from '../../errors.js'
import type { GenericResponse, RpcStatus } from '../../wire.js'
import type { TextResponse } from './response.js'
import { Failure } from './failure.js'
import { isTransientStatus, parseRetryAfter } from './retry.js'

/** A response that is no success. Its body may be a generic response, a gateway's status, a page of a proxy, or nothing. */
export function refusal({ call, status, headers, text }: TextResponse): Failure {
  const { reason, requestId } = readReason(text)
  const { code, what, hint } = explain(status, headers)
  return new Failure(code, `${call} ${what}${reason === '' ? '' : `: ${reason}`}`, {
    status,
    requestId,
    hint,
    isTransient: isTransientStatus(status),
    mayHaveActed: status === 408 || status >= 500,
    retryAfter: parseRetryAfter(headers['retry-after']),
  })
}

interface Explanation {
  code: ByteNiteErrorCode
  /** What happened, after the request's method and URL. */
  what: string
  hint: string
}

function explain(status: number, headers: TextResponse['headers']): Explanation {
  if (status < 300) return { code: 'REFUSED', what: `was refused, with a status of ${status}`, hint: 'Correct what the platform names.' }
  if (status < 400) return explainRedirect(status, headers['location'])
  if (status < 500) {
    return { code: status === 401 ? 'UNAUTHORIZED' : 'REFUSED', what: `was refused with ${status}`, hint: hintOfRefusal(status) }
  }
  const hint = 'The platform, or a proxy before it, has a problem: try again later.'
  return { code: 'PLATFORM_ERROR', what: `failed with ${status}`, hint }
}

/** Never followed: the credentials are for one address only. */
function explainRedirect(status: number, location: string | string[] | undefined): Explanation {
  const target = typeof location === 'string' && URL.canParse(location) ? ` to ${new URL(location).origin}` : ''
  return {
    code: 'INVALID_RESPONSE',
    what: `was redirected${target} (${status}), which is not followed`,
    hint: 'Set BYTENITE_API_URL to the address of the platform itself; a login page of the network redirects, too.',
  }
}

function hintOfRefusal(status: number): string {
  switch (status) {
    case 400:
      return 'Correct what the platform names, then build again.'
    case 401:
      return 'The credentials are not accepted: check BYTENITE_API_KEY, or make a new key (access tokens live one hour).'
    case 403:
      return 'These credentials may not do this: use a key of the account that owns the app.'
    case 404:
      return 'Nothing is there: check the tag, and the API address (BYTENITE_API_URL).'
    case 407:
      return 'A proxy asks for a login: put it into HTTPS_PROXY as http://USER:PASSWORD@HOST:PORT.'
    case 408:
      return 'The platform waited too long for the request: check the network, then try again.'
    case 409:
      return 'Something else changes the same app: wait until it is done, or raise the version.'
    case 413:
      return 'The archive is too large for the platform: leave files out with the option "exclude".'
    case 429:
      return 'Too many requests: wait a while, then try again.'
    default:
      return 'Correct what the platform names; if it names nothing, check the API address (BYTENITE_API_URL).'
  }
}

/** At most this many characters of a reason go into a message. */
const MAX_REASON = 300

function readReason(text: string): { reason: string; requestId: string | undefined } {
  let json: (GenericResponse & RpcStatus) | null
  try {
    json = JSON.parse(text) as (GenericResponse & RpcStatus) | null
  } catch {
    // An HTML page, whose style and scripts say nothing, or plain text.
    return { reason: cut(text.replace(/<(style|script|head)\b[^]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ')), requestId: undefined }
  }
  const parts = [json?.error?.message, json?.error?.description, json?.message]
  const said = parts.filter((part): part is string => typeof part === 'string' && part !== '')
  const requestId = typeof json?.requestId === 'string' ? cut(json.requestId) : undefined
  return { reason: cut([...new Set(said)].join(': ')), requestId }
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > MAX_REASON ? `${line.slice(0, MAX_REASON)}…` : line
}
