import { ByteNiteError, type ByteNiteErrorCode } from './errors.js'
import type { GenericAnswer, RpcStatus } from './wire.js'

/** The error for an answer that is no success. The body may be a generic answer, a gateway's status, or no JSON at all. */
export function refusal({ call, status, text }: { call: string; status: number; text: string }): ByteNiteError {
  const { reason, requestId } = readReason(text)
  const summary = `${call} was refused with ${status}${reason === '' ? '' : `: ${reason}`}`
  return new ByteNiteError(codeOf(status), summary, { hint: hintOf(status), status, requestId })
}

/** The error for a request without an answer. */
export function unreachable(call: string, cause: unknown): ByteNiteError {
  const { code, message } = cause as { code?: string; message?: string }
  return new ByteNiteError('UNREACHABLE', `${call} got no answer: ${message || code || String(cause)}`, {
    hint: 'Check the network and the API address (BYTENITE_API_URL), then try again.',
    cause,
  })
}

function codeOf(status: number): ByteNiteErrorCode {
  if (status === 401) return 'UNAUTHORIZED'
  if (status >= 400 && status < 500) return 'REFUSED'
  if (status >= 500) return 'PLATFORM_ERROR'
  return 'INVALID_ANSWER'
}

function hintOf(status: number): string | undefined {
  switch (status) {
    case 400:
      return 'The platform did not accept the archive: correct what it names, then build again.'
    case 401:
      return 'The credentials are not accepted: check BYTENITE_API_KEY, or make a new key (access tokens live one hour).'
    case 403:
      return 'These credentials may not do this: use a key of the account that owns the app.'
    case 404:
      return 'Nothing is there: check the API address (BYTENITE_API_URL) and the tag.'
    case 413:
      return 'The archive is too large for the platform: leave files out with the option "exclude".'
    default:
      return status >= 500 ? 'The platform has a problem: try again later.' : undefined
  }
}

/** At most this much of a body that is no JSON goes into a message. */
const MAX_EXCERPT = 200

function readReason(text: string): { reason: string; requestId: string | undefined } {
  let json: (GenericAnswer & RpcStatus) | null
  try {
    json = JSON.parse(text) as (GenericAnswer & RpcStatus) | null
  } catch {
    // An HTML page of a proxy, or plain text.
    const plain = text.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim()
    return { reason: plain.slice(0, MAX_EXCERPT), requestId: undefined }
  }
  const parts = [json?.error?.message, json?.error?.description, json?.message]
  const said = parts.filter((part): part is string => typeof part === 'string' && part !== '')
  const requestId = typeof json?.requestId === 'string' ? json.requestId : undefined
  return { reason: [...new Set(said)].join(': '), requestId }
}
