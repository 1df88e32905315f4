import { Hono } from 'hono'
import { deleteCookie, setCookie } from 'hono/cookie'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { readForm } from '../../http/request-body.js'
import type { DashboardEnv } from '../dashboard-env.js'
import { Page } from '../page/frame.js'
import { respond } from '../page/respond.js'
import { checkOrigin, cookieName, sessionOf } from './guard.js'
import type { LoginLinks } from './login-links.js'
import { SESSION_LIFETIME, type Sessions } from './sessions.js'

/** Bytes. */
const MAX_FORM = 16 * 1024

/** Logging in: with an API key, or by a link that works once. */
export function loginRoutes(sessions: Sessions, links: LoginLinks): Hono<DashboardEnv> {
  const routes = new Hono<DashboardEnv>()

  routes.get('/login', (c) => {
    const { to, once } = c.req.query()
    if (once === undefined && sessionOf(c, sessions) !== undefined) return c.redirect(ownPath(to))
    return respond(c, <LoginPage host={new URL(c.get('baseUrl')).host} to={ownPath(to)} once={once} />)
  })

  routes.post('/login', async (c) => {
    checkOrigin(c)
    const form = await readForm(c as never, MAX_FORM)
    const [once, to] = [form.get('once'), ownPath(form.get('to') ?? undefined)]
    const keyId = once === null ? sessions.findKey((form.get('apiKey') ?? '').trim()) : links.redeem(once)
    if (keyId === undefined) {
      const problem = once === null ? 'This platform does not know this API key.' : USED
      return respond(c, <LoginPage host={new URL(c.get('baseUrl')).host} to={to} problem={problem} />, 403)
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

  routes.post('/logout', (c) => {
    checkOrigin(c)
    deleteCookie(c, cookieName(c), { path: '/' })
    return c.redirect('/login', 303)
  })
  return routes
}

const USED = 'This link was used already, or is older than ten minutes. Make a new one with "bytenite-local open".'

/** A path of this platform to go on to, and nothing else. */
function ownPath(to: string | undefined): string {
  return to !== undefined && /^\/(?![/\\])/.test(to) && URL.canParse(to, 'http://own') && new URL(to, 'http://own').host === 'own'
    ? to
    : '/'
}

function LoginPage(props: { host: string; to: string; once?: string | undefined; problem?: string | undefined }): JSX.Element {
  const { host, to, once, problem } = props
  return (
    <Page title="Log in">
      <section class="login">
        <h1>Log in</h1>
        <p>
          To the ByteNite platform at <strong>{host}</strong>.
        </p>
        {problem !== undefined && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        {/* Whoever only looks at the link, such as a chat that previews it, does not use it up. */}
        <form method="post" action="/login" data-submit={once === undefined ? undefined : 'now'}>
          <input type="hidden" name="to" value={to} />
          {once === undefined ? (
            <>
              <label for="api-key">API key</label>
              <input id="api-key" name="apiKey" type="password" autocomplete="current-password" required autofocus />
            </>
          ) : (
            <input type="hidden" name="once" value={once} />
          )}
          <button>Log in</button>
        </form>
        {once === undefined && (
          <p>
            Without a key at hand: <code>npx bytenite-local open</code> on the machine of the platform prints a link that logs in.
          </p>
        )}
      </section>
    </Page>
  )
}
