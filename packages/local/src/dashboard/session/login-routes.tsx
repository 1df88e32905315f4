import { Hono } from 'hono'
import { deleteCookie, setCookie } from 'hono/cookie'
import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { readForm } from '../../http/request-body.js'
import type { ApiContext, ApiEnv } from '../../http/api-env.js'
import { Page } from '../page/frame.js'
import { respond } from '../page/respond.js'
import { checkOrigin, checkWrite, cookieName, sessionOf } from './guard.js'
import type { LoginLinks } from './login-links.js'
import { SESSION_LIFETIME, type Sessions } from './sessions.js'

/** Bytes. */
const MAX_FORM = 16 * 1024

/** Logging in: with an API key, or by a link that works once. */
export function loginRoutes(sessions: Sessions, links: LoginLinks): Hono<ApiEnv> {
  const routes = new Hono<ApiEnv>()

  routes.get('/login', (c) => {
    const to = ownPath(c.req.query('to'))
    if (sessionOf(c, sessions) !== undefined) return c.redirect(to)
    return respond(c, <LoginPage host={hostOf(c)} to={to} />)
  })
  routes.get('/login/link', (c) => respond(c, <LinkPage host={hostOf(c)} />))

  routes.post('/login', async (c) => {
    checkOrigin(c)
    const form = await readForm(c, MAX_FORM)
    const [once, to] = [form.get('once'), ownPath(form.get('to') ?? undefined)]
    const keyId = once === null ? sessions.findKey((form.get('apiKey') ?? '').trim()) : links.redeem(once)
    if (keyId === undefined) {
      const problem = once === null ? 'This platform does not know this API key.' : USED
      return respond(c, <LoginPage host={hostOf(c)} to={to} problem={problem} />, 403)
    }
    c.set('keyId', keyId)
    setCookie(c, cookieName(c), sessions.open(keyId), {
      path: '/',
      httpOnly: true,
      sameSite: 'Lax',
      secure: c.get('baseUrl').startsWith('https:'),
      maxAge: SESSION_LIFETIME,
    })
    return c.redirect(to, 303)
  })

  routes.post('/logout', async (c) => {
    checkOrigin(c)
    const session = sessionOf(c, sessions)
    if (session !== undefined) await checkWrite(c, session, sessions)
    deleteCookie(c, cookieName(c), { path: '/' })
    return c.redirect('/login', 303)
  })
  return routes
}

const USED = 'This link was used already, or is older than ten minutes. Make a new one with "bytenite-local open".'

/** A path of this platform to go on to, and nothing else. Written as a URL has it, which cannot break a header. */
function ownPath(to = ''): string {
  if (!URL.canParse(to, OWN)) return '/'
  const { origin, pathname, search, hash } = new URL(to, OWN)
  return origin === OWN && !pathname.startsWith('//') ? pathname + search + hash : '/'
}

const OWN = 'http://own.invalid'

function hostOf(c: ApiContext): string {
  return new URL(c.get('baseUrl')).host
}

function LoginPage({ host, to, problem }: { host: string; to: string; problem?: string }): JSX.Element {
  return (
    <LoginFrame host={host}>
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <form method="post" action="/login">
        <input type="hidden" name="to" value={to} />
        <label for="api-key">API key</label>
        <input id="api-key" name="apiKey" type="password" autocomplete="current-password" required autofocus />
        <button>Log in</button>
      </form>
      <p>
        Without a key at hand: <code>npx bytenite-local open</code> on the machine of the platform prints a link that logs in.
      </p>
    </LoginFrame>
  )
}

/** What a link leads to. A script sends the link's text. Whoever only looks at it, such as a chat that previews it, does not use it up. */
function LinkPage({ host }: { host: string }): JSX.Element {
  return (
    <LoginFrame host={host}>
      <form method="post" action="/login" data-enhance="login-link">
        <input type="hidden" name="once" />
        <button>Log in</button>
      </form>
      <noscript>
        <p class="problem">This link needs scripts.</p>
      </noscript>
      <p>
        <a href="/login">Log in with an API key</a>
      </p>
    </LoginFrame>
  )
}

function LoginFrame({ host, children }: { host: string; children: Child }): JSX.Element {
  return (
    <Page title="Log in">
      <section class="login">
        <h1>Log in</h1>
        <p>
          To the ByteNite platform at <strong>{host}</strong>.
        </p>
        {children}
      </section>
    </Page>
  )
}
