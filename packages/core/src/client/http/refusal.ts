import type { ByteNiteErrorCode } from '../../errors.js'
import type { GenericResponse, RpcStatus } from '../../wire.js'
import type { TextResponse } from './response.js'
import { Failure } from './failure.js'
import { isTransientStatus, parseRetryAfter } from './retry.js'

/** Remedies for statuses, in place of those for publishing. */
export type Hints = Readonly<Partial<Record<number, string>>>

/** Explains an unsuccessful response. Its body may be a generic response, a gateway's status, a proxy's page, or empty. */
export function refusal({ call, status, headers, text }: TextResponse, hints: Hints = {}): Failure {
  const { reason, requestId } = readReason(text)
  const { code, what, hint } = explain(status, headers)
  return new Failure(code, `${call} ${what}${reason === '' ? '' : `: ${reason}`}`, {
    status,
    requestId,
    hint: hints[status] ?? hint,
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
  if (status < 300) return { code: 'REFUSED', what: `was refused, despite status ${status}`, hint: 'Fix what the platform reports above.' }
  if (status < 400) return explainRedirect(status, headers['location'])
  if (status < 500) {
    return { code: status === 401 ? 'UNAUTHORIZED' : 'REFUSED', what: `was refused with ${status}`, hint: hintOfRefusal(status) }
  }
  const hint = 'The platform, or a proxy in front of it, has a problem. Try again later.'
  return { code: 'PLATFORM_ERROR', what: `failed with ${status}`, hint }
}

/** Redirects are never followed, because the credentials are meant for one address only. */
function explainRedirect(status: number, location: string | string[] | undefined): Explanation {
  const target = typeof location === 'string' && URL.canParse(location) ? ` to ${new URL(location).origin}` : ''
  return {
    code: 'INVALID_RESPONSE',
    what: `was redirected${target} (${status}), but redirects are not followed`,
    hint: "Set BYTENITE_API_URL to the platform's own address, and check that the network does not redirect to a login page.",
  }
}

function hintOfRefusal(status: number): string {
  switch (status) {
    case 400:
      return 'Fix what the platform reports above, then build again.'
    case 401:
      return 'The credentials were rejected. Check BYTENITE_API_KEY, or create a new key (access tokens expire after an hour).'
    case 403:
      return 'These credentials lack permission. Use a key of the account that owns the app.'
    case 404:
      return 'Check the tag, and the API address (BYTENITE_API_URL).'
    case 407:
      return 'A proxy requires a login. Add it to HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT.'
    case 408:
      return 'The platform timed out waiting for the request. Check the network, then try again.'
    case 409:
      return 'The same app is being changed elsewhere. Wait until that is done, or bump the version.'
    case 413:
      return 'The archive is too large for the platform. Skip files with the option "exclude".'
    case 429:
      return 'Too many requests. Wait a while, then try again.'
    default:
      return 'Fix what the platform reports above, or else check the API address (BYTENITE_API_URL).'
  }
}

/** Characters of a reason that go into a message at most. */
const MAX_REASON = 300

function readReason(text: string): { reason: string; requestId: string | undefined } {
  let json: (GenericResponse & RpcStatus) | null
  try {
    json = JSON.parse(text) as (GenericResponse & RpcStatus) | null
  } catch {
    // Plain text, or an HTML page, whose styles and scripts are irrelevant.
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
