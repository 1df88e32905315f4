import type { MiddlewareHandler } from 'hono'
import { getCookie } from 'hono/cookie'
import { readForm } from '../../http/request-body.js'
import { Refusal } from '../../refusal.js'
import type { ApiContext, ApiEnv, Session } from '../../http/api-env.js'
import type { Sessions } from './sessions.js'

/** Bytes. */
const MAX_FORM = 1024 * 1024

/**
 * Lets only those through who are logged in. Whatever is not just read must come from a page of this platform, and prove it by
 * the page's token: in the field `token` of a form, or in the header `x-form-token`.
 */
export function requireSession(sessions: Sessions): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const session = sessionOf(c, sessions)
    const isRead = c.req.method === 'GET' || c.req.method === 'HEAD'
    if (session === undefined) {
      if (!isRead) throw new Refusal(401, 'you are not logged in any more')
      const { pathname, search } = new URL(c.req.url)
      return c.redirect(`/login?${new URLSearchParams({ to: pathname + search }).toString()}`)
    }
    c.set('session', session)
    c.set('keyId', session.keyId)
    c.set('formToken', sessions.formToken(session))
    if (!isRead) await checkWrite(c, session, sessions)
    return next()
  }
}

export function sessionOf(c: ApiContext, sessions: Sessions): Session | undefined {
  const cookie = getCookie(c, cookieName(c))
  return cookie === undefined ? undefined : sessions.find(cookie)
}

/** Cookies do not keep apart the ports of a machine, on each of which there may be a platform. */
export function cookieName(c: ApiContext): string {
  const { port, protocol } = new URL(c.get('baseUrl'))
  return `bytenite-${port || (protocol === 'https:' ? '443' : '80')}`
}

/** @throws {Refusal} 403 for what a page of this platform did not send */
export function checkOrigin(c: ApiContext): void {
  if (c.req.header('origin') !== c.get('baseUrl')) throw new Refusal(403, 'this request does not come from a page of this platform')
}

/** @throws {Refusal} 403 for what no page of this session sent; otherwise its form is in the context */
export async function checkWrite(c: ApiContext, session: Session, sessions: Sessions): Promise<void> {
  checkOrigin(c)
  const isForm = c.req.header('content-type')?.startsWith('application/x-www-form-urlencoded') === true
  const form = isForm ? await readForm(c, MAX_FORM) : new URLSearchParams()
  c.set('form', form)
  const token = c.req.header('x-form-token') ?? form.get('token') ?? ''
  if (!sessions.isFormToken(session, token)) throw new Refusal(403, 'this page is of another session; load it again')
}
