import { addKey, revokeKey } from '../../packages/local/dist/store/key-files.js'
import { expect, test, vi } from 'vitest'
import { cookieOf, logIn, sendForm } from '../helpers/dashboard.ts'
import { accessToken, startPlatform } from '../helpers/platform.ts'
import { sendRequest } from '../helpers/send-request.ts'
import { waitFor } from '../helpers/wait-for.ts'

const originOf = (apiUrl: string): string => new URL(apiUrl).origin

async function loginLink({ apiUrl, apiKey }: { apiUrl: string; apiKey: string }): Promise<string> {
  const authorization = await accessToken(apiUrl, apiKey)
  const response = await fetch(`${apiUrl}/auth/login_link`, { method: 'POST', headers: { authorization } })
  return ((await response.json()) as { link: string }).link
}

test('whoever is not logged in is led to the login, and from there to where they wanted', async () => {
  const platform = await startPlatform()
  const origin = originOf(platform.apiUrl)
  const response = await sendRequest(`${origin}/jobs?state=failed`)
  expect(response.status).toBe(302)
  expect(response.headers.location).toBe('/login?to=%2Fjobs%3Fstate%3Dfailed')
  const page = await sendRequest(origin + response.headers.location)
  expect(String(page.body)).toContain('name="to" value="/jobs?state=failed"')
  const loggedIn = await sendForm(`${origin}/login`, { apiKey: platform.apiKey, to: '/jobs?state=failed' }, { origin })
  expect(loggedIn).toMatchObject({ status: 303, headers: { location: '/jobs?state=failed' } })
})

test.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', ''])(
  'the login leads to a path of the platform only, and not to %j',
  async (to) => {
    const { apiUrl, apiKey } = await startPlatform()
    const origin = originOf(apiUrl)
    const { headers } = await sendForm(`${origin}/login`, { apiKey, to }, { origin })
    expect(headers.location).toBe('/')
  },
)

test('a wrong key does not log in, and is not repeated', async () => {
  const { apiUrl } = await startPlatform()
  const origin = originOf(apiUrl)
  const response = await sendForm(`${origin}/login`, { apiKey: 'not-the-key-of-this-platform' }, { origin })
  expect(response.status).toBe(403)
  expect(response.headers['set-cookie']).toBeUndefined()
  expect(String(response.body)).toContain('does not know this API key')
  expect(String(response.body)).not.toContain('not-the-key-of-this-platform')
})

test('the cookie is for this port and for the dashboard only, and no script reads it', async () => {
  const { apiUrl, apiKey } = await startPlatform()
  const origin = originOf(apiUrl)
  const response = await sendForm(`${origin}/login`, { apiKey }, { origin })
  const [cookie = ''] = response.headers['set-cookie'] ?? []
  expect(cookie).toMatch(new RegExp(`^bytenite-${new URL(origin).port}=`))
  expect(cookie).toMatch(/; HttpOnly/)
  expect(cookie).toMatch(/; SameSite=Lax/)
  expect(cookie).not.toContain(apiKey)
  const value = cookieOf(response)
  expect((await sendRequest(`${apiUrl}/dev/info`, { headers: { cookie: value } })).status).toBe(401)
  expect((await sendRequest(`${apiUrl}/dev/info`, { headers: { authorization: value.split('=')[1] ?? '' } })).status).toBe(401)
  expect((await sendRequest(`${origin}/jobs`, { headers: { cookie: value } })).status).toBe(200)
  expect((await sendRequest(`${origin}/jobs`, { headers: { cookie: `${value.slice(0, -2)}xx` } })).status).toBe(302)
})

test('an access token is no session', async () => {
  const { apiUrl, apiKey } = await startPlatform()
  const origin = originOf(apiUrl)
  const token = await accessToken(apiUrl, apiKey)
  const cookie = `bytenite-${new URL(origin).port}=${token}`
  expect((await sendRequest(`${origin}/jobs`, { headers: { cookie, authorization: token } })).status).toBe(302)
})

test('a link logs in once, and looking at it does not use it up', async () => {
  const platform = await startPlatform()
  const origin = originOf(platform.apiUrl)
  const link = await loginLink(platform)
  for (const method of ['GET', 'HEAD', 'GET']) expect((await sendRequest(link, { method })).headers['set-cookie']).toBeUndefined()
  const once = new URL(link).hash.slice(1)
  expect((await sendForm(`${origin}/login`, { once }, { origin: 'https://evil.example' })).status).toBe(403)
  expect((await sendForm(`${origin}/login`, { once }, {})).status).toBe(403)
  const first = await sendForm(`${origin}/login`, { once }, { origin })
  expect(first.status).toBe(303)
  expect((await sendRequest(`${origin}/jobs`, { headers: { cookie: cookieOf(first) } })).status).toBe(200)
  const second = await sendForm(`${origin}/login`, { once }, { origin })
  expect(second.status).toBe(403)
  expect(String(second.body)).toContain('bytenite-local open')
})

test('a link is for ten minutes', async () => {
  const platform = await startPlatform()
  const origin = originOf(platform.apiUrl)
  const [early, late] = [await loginLink(platform), await loginLink(platform)].map((link) => new URL(link).hash.slice(1))
  const now = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: now + 590_000 })
  try {
    expect((await sendForm(`${origin}/login`, { once: early ?? '' }, { origin })).status).toBe(303)
    vi.setSystemTime(now + 610_000)
    expect((await sendForm(`${origin}/login`, { once: late ?? '' }, { origin })).status).toBe(403)
  } finally {
    vi.useRealTimers()
  }
})

test('a request that changes something needs the origin of the platform and the token of the session', async () => {
  const platform = await startPlatform()
  const dashboard = await logIn(platform)
  const other = await logIn(platform)
  const post = async (fields: Record<string, string>, headers: Record<string, string>): Promise<number> => {
    const all = { cookie: dashboard.cookie, accept: 'text/html', ...headers }
    return (await sendForm(`${dashboard.origin}/jobs/none/delete`, fields, all)).status
  }
  const { origin, token } = dashboard
  expect(await post({ token }, { origin })).toBe(404)
  expect(await post({}, { origin, 'x-form-token': token })).toBe(404)
  expect(await post({ token }, {})).toBe(403)
  expect(await post({ token }, { origin: 'null' })).toBe(403)
  expect(await post({ token }, { origin: 'https://evil.example' })).toBe(403)
  expect(await post({ token }, { origin: origin.replace(/\d+$/, '1') })).toBe(403)
  expect(await post({}, { origin })).toBe(403)
  expect(await post({ token: other.token }, { origin })).toBe(403)
  expect(await post({ token }, { origin, cookie: '' })).toBe(401)
})

test('events need both as well', async () => {
  const platform = await startPlatform()
  const { origin, cookie, token } = await logIn(platform)
  const status = async (headers: Record<string, string>): Promise<number> => {
    const stop = new AbortController()
    const response = await fetch(`${origin}/events?about=jobs`, { method: 'POST', headers: { cookie, ...headers }, signal: stop.signal })
    stop.abort()
    return response.status
  }
  expect(await status({ origin, 'x-form-token': token })).toBe(200)
  expect(await status({ 'x-form-token': token })).toBe(403)
  expect(await status({ origin })).toBe(403)
  expect((await sendRequest(`${origin}/events?about=jobs`, { headers: { cookie, origin } })).status).toBe(404)
})

test('a name that leads here by DNS rebinding gets nothing', async () => {
  const platform = await startPlatform()
  const { origin, cookie } = await logIn(platform)
  for (const path of ['/', '/jobs', '/login', '/apps']) {
    expect((await sendRequest(origin + path, { headers: { host: 'evil.example', cookie } })).status).toBe(421)
  }
})

test('revoking a key ends its sessions and their events', async () => {
  const platform = await startPlatform()
  const apiKey = addKey(platform.directory, 'anna')
  const dashboard = await logIn({ apiUrl: platform.apiUrl, apiKey })
  const { origin, cookie, token } = dashboard
  const events = await fetch(`${origin}/events?about=jobs`, { method: 'POST', headers: { cookie, origin, 'x-form-token': token } })
  const ended = events.text().then(
    () => true,
    () => true,
  )
  revokeKey(platform.directory, 'anna')
  await waitFor('the end of the session', async () => (await dashboard.get('/jobs')).status === 302)
  expect(await ended).toBe(true)
})

test('logging out deletes the cookie, and only a page of the platform can do it', async () => {
  const dashboard = await logIn(await startPlatform())
  expect((await dashboard.send('/logout', {}, { origin: 'https://evil.example' })).status).toBe(403)
  const { status, headers } = await dashboard.send('/logout')
  expect(status).toBe(303)
  expect(headers['set-cookie']?.[0]).toMatch(/Max-Age=0/)
})
