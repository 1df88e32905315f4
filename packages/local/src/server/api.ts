import { randomUUID } from 'node:crypto'
import type { AccessTokenRequest, LoginLinkResponse, TemplateListResponse } from 'bytenite-uploader/wire'
import { Hono, type MiddlewareHandler } from 'hono'
import type { Auth } from '../http/auth.js'
import type { ApiContext, ApiEnv } from '../http/api-env.js'
import { ownHosts } from '../http/own-hosts.js'
import { pageOf, pageRequestOf } from '../http/pagination.js'
import { refusalResponse } from '../http/refusal-response.js'
import { Refusal } from '../refusal.js'
import { readJsonBody, skipBody } from '../http/request-body.js'
import { sendFile } from '../http/send-file.js'
import { checkLink } from '../http/links.js'
import { serviceInfo } from '../http/service-info.js'
import type { Jobs } from '../jobs/jobs.js'
import type { RemotePlace } from '../runners/runner.js'
import { respondProblem, wantsPage } from '../dashboard/page/problem.js'
import { LINK_LIFETIME, type LoginLinks } from '../dashboard/session/login-links.js'
import { jobFileRoutes } from './jobs/job-files.js'
import { jobRoutes } from './jobs/job-routes.js'
import { remoteRoutes } from './remote-routes.js'
import { publishedRoutes } from './published-routes.js'
import { secretRoutes } from './secret-routes.js'
import type { Store } from '../store/store.js'
import { checkTemplate } from '../rules/template-check.js'
import { bugReport } from '../utils/bug-report.js'
import { readVersion } from '../utils/version.js'

/** Sizes of request bodies, in bytes. */
const MAX_TOKEN_REQUEST = 64 * 1024
const MAX_TEMPLATE = 1024 * 1024

export interface ApiOptions {
  /** Origins of this platform besides those on the loopback interface. */
  publicUrls: readonly string[]
  /** Milliseconds that a request's body may pause. */
  idleTimeout: number
  /** Called for each request, before anything else. */
  before: readonly MiddlewareHandler<ApiEnv>[]
  dashboard: Hono<ApiEnv>
  loginLinks: LoginLinks
  remote: RemotePlace | undefined
}

/** The platform's HTTP API. */
export function createApi(
  store: Store,
  jobs: Jobs,
  auth: Auth,
  { publicUrls, idleTimeout, before, dashboard, loginLinks, remote }: ApiOptions,
): Hono<ApiEnv> {
  const api = new Hono<ApiEnv>()

  api.onError((error, c) => (error instanceof Refusal ? refuse(c, error) : fail(c, error)))
  api.notFound((c) => refuse(c, new Refusal(404, `no such ${wantsPage(c) ? 'page' : 'endpoint'}: ${c.req.method} ${c.req.path}`)))

  api.use(async (c, next) => {
    c.set('idleTimeout', idleTimeout)
    await next()
    await skipBody(c)
  })
  for (const middleware of before) api.use(middleware)
  // Before the hosts are checked: whoever watches a platform may know it by any address.
  const health = { ok: true, version: readVersion() }
  api.get('/healthz', (c) => c.json(health))
  api.use(ownHosts(publicUrls))

  api.post('/v1/auth/access_token', async (c) => {
    const { apiKey } = (await readJsonBody(c, MAX_TOKEN_REQUEST)) as Partial<AccessTokenRequest>
    if (typeof apiKey !== 'string') throw new Refusal(400, 'the body needs a string "apiKey"')
    const granted = auth.exchange(apiKey)
    c.set('keyId', auth.authenticate(granted.token))
    return c.json(granted)
  })

  api.get('/downloads/:file', (c) => {
    checkLink(c, auth)
    const hash = Buffer.from(c.req.param('file').replace(/\.tar$/, ''), 'hex')
    return sendFile(c, store.archiveFile(hash), { 'content-type': 'application/x-tar' }).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? new Refusal(404, 'this archive was replaced by another one') : error
    })
  })

  if (remote !== undefined) api.route('/', remoteRoutes(remote))
  api.route('/', jobFileRoutes(jobs, auth))
  api.route('/', dashboard)

  for (const service of ['dev', 'auth', 'customer', 'computing', 'wallet']) {
    api.use(`/v1/${service}/*`, async (c, next) => {
      c.set('keyId', auth.authenticate(c.req.header('authorization')))
      await next()
    })
    if (service !== 'wallet') api.get(`/v1/${service}/info`, (c) => c.json(serviceInfo()))
  }
  for (const service of ['customer', 'computing']) api.route(`/v1/${service}`, jobRoutes(jobs, store, auth))
  api.post('/v1/auth/login_link', (c) =>
    c.json({ link: c.get('baseUrl') + loginLinks.create(c.get('keyId')), expiresIn: String(LINK_LIFETIME) } satisfies LoginLinkResponse),
  )
  api.route('/v1/auth/secrets', secretRoutes(store.secrets))
  api.all('/v1/wallet/*', () => {
    throw new Refusal(404, 'there is no wallet: jobs on this platform cost nothing')
  })
  api.route('/v1/dev/apps', publishedRoutes('apps', store, auth))
  api.route('/v1/dev/engines', publishedRoutes('engines', store, auth))

  api.post('/v1/dev/templates', async (c) => {
    const template = checkTemplate(await readJsonBody(c, MAX_TEMPLATE))
    store.saveTemplate(template)
    return c.json(template)
  })
  api.get('/v1/dev/templates', (c) => {
    const { items, pagination } = pageOf([...store.templates()], pageRequestOf(c.req.query()))
    return c.json({ templates: items, pagination } satisfies TemplateListResponse)
  })
  api.get('/v1/dev/templates/:id', (c) => {
    const template = store.template(c.req.param('id'))
    if (template === undefined) throw new Refusal(404, `there is no template ${c.req.param('id')}`)
    return c.json(template)
  })
  return api
}

function refuse(c: ApiContext, { status, message }: Refusal): Response | Promise<Response> {
  if (wantsPage(c)) return respondProblem(c, message, status)
  return c.json(refusalResponse(status, message, randomUUID()), status)
}

/** The error can name paths of this machine, so only its owner gets to see it. */
function fail(c: ApiContext, error: Error): Response | Promise<Response> {
  const requestId = randomUUID()
  // A client that disconnected cannot read a response, and nothing is wrong here.
  if (!c.req.raw.signal.aborted) console.error(`Request ${requestId} failed: ${bugReport(error)}`)
  if (wantsPage(c)) return respondProblem(c, `the platform failed, and printed the reason with the ID ${requestId}`, 500)
  return c.json(refusalResponse(500, 'the platform printed the reason, with the ID of this request', requestId), 500)
}
