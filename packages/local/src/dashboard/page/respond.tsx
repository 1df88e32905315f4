import { visibleText } from '../../utils/visible-text.js'
import { raw } from 'hono/html'
import type { JSX } from 'hono/jsx/jsx-runtime'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { streamText } from '../../http/stream-text.js'
import type { ApiContext } from '../../http/api-env.js'

/** Nothing runs or is shown in a page that this platform did not serve as a file of its own, whatever gets into the page. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  // Without a referrer, a browser would not say where a form comes from, either.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

const TYPE = 'text/html; charset=utf-8'

/** A page as HTML. What others wrote is text in it already, and here gets visible where it would hide or reorder other text. */
export async function htmlOf(page: JSX.Element): Promise<string> {
  return visibleText(`<!doctype html>${String(await page)}`)
}

/** Responds with a page. It is of one user and one moment, so nobody may keep it. */
export async function respond(c: ApiContext, page: JSX.Element, status: ContentfulStatusCode = 200): Promise<Response> {
  return c.body(await htmlOf(page), status, {
    'content-type': TYPE,
    'cache-control': 'no-store',
    ...SECURITY_HEADERS,
  })
}

/** No text of a page has this in it: a `<` in it is escaped. */
const LATER = '<!--later-->'

/** Where a page has a part that takes longer than the rest. @param note is shown until the part is there */
export function Later({ note }: { note: string }): JSX.Element {
  return (
    <>
      <p class="until-later">{note}</p>
      {raw(LATER)}
    </>
  )
}

/**
 * Responds with a page that has a {@link Later}. What comes before that can be seen at once, without a script.
 * @param later makes the part
 */
export async function respondInParts(c: ApiContext, page: JSX.Element, later: () => Promise<JSX.Element>): Promise<Response> {
  const [before = '', after = ''] = (await htmlOf(page)).split(LATER)
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.header(name, value)
  return streamText(c, TYPE, async function* () {
    yield before
    yield visibleText(String(await later())) + after
  })
}
