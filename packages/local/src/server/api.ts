import { randomUUID } from 'node:crypto'
import type { AccessTokenRequest, TemplateListResponse } from 'bytenite-uploader/wire'
import { Hono } from 'hono'
import type { Auth } from './auth.js'
import type { ApiContext, ApiEnv } from './http/api-env.js'
import { ownHosts } from './http/own-hosts.js'
import { pageOf } from './http/pagination.js'
import { Refusal, refusalResponse } from './http/refusal.js'
import { readJsonBody, skipBody } from './http/request-body.js'
import { sendFile } from './http/send-file.js'
import { publishedRoutes } from './published-routes.js'
import type { Store } from './store/store.js'
import { checkTemplate } from './upload/template-check.js'
import { bugReport } from '../utils/bug-report.js'

/** Sizes of request bodies, in bytes. */
const MAX_TOKEN_REQUEST = 64 * 1024
const MAX_TEMPLATE = 1024 * 1024

export interface ApiOptions {
  /** Origins of this platform besides those on the loopback interface. */
  publicUrls: readonly string[]
  /** Milliseconds that a request's body may pause. */
  idleTimeout: number
}

/** The platform's HTTP API. */
export function createApi(store: Store, auth: Auth, { publicUrls, idleTimeout }: ApiOptions): Hono<ApiEnv> {
  const api = new Hono<ApiEnv>()

  api.onError((error, c) => (error instanceof Refusal ? refuse(c, error) : fail(c, error)))
  api.notFound((c) => refuse(c, new Refusal(404, `no such endpoint: ${c.req.method} ${c.req.path}`)))

  api.use(async (c, next) => {
    c.set('idleTimeout', idleTimeout)
    await next()
    await skipBody(c)
  })
  api.use(ownHosts(publicUrls))

  api.post('/v1/auth/access_token', async (c) => {
    const { apiKey } = (await readJsonBody(c, MAX_TOKEN_REQUEST)) as Partial<AccessTokenRequest>
    if (typeof apiKey !== 'string') throw new Refusal(400, 'the body needs a string "apiKey"')
    return c.json(auth.exchange(apiKey))
  })

  api.get('/downloads/:file', (c) => {
    auth.verifyLink(c.req.path, c.req.query('expires'), c.req.query('signature'))
    const hash = Buffer.from(c.req.param('file').replace(/\.tar$/, ''), 'hex')
    return sendFile(c, store.archiveFile(hash), 'application/x-tar').catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? new Refusal(404, 'this archive was replaced by another one') : error
    })
  })

  api.use('/v1/dev/*', async (c, next) => {
    auth.authenticate(c.req.header('authorization'))
    await next()
  })
  api.get('/v1/dev/info', (c) => c.json({ name: 'bytenite-local' }))
  api.route('/v1/dev/apps', publishedRoutes('apps', 'app', store, auth))
  api.route('/v1/dev/engines', publishedRoutes('engines', 'engine', store, auth))

  api.post('/v1/dev/templates', async (c) => {
    const template = checkTemplate(await readJsonBody(c, MAX_TEMPLATE))
    store.saveTemplate(template)
    return c.json(template)
  })
  api.get('/v1/dev/templates', (c) => {
    const { items, pagination } = pageOf([...store.templates()], c.req.query())
    return c.json({ templates: items, pagination } satisfies TemplateListResponse)
  })
  api.get('/v1/dev/templates/:id', (c) => {
    const template = store.template(c.req.param('id'))
    if (template === undefined) throw new Refusal(404, `there is no template ${c.req.param('id')}`)
    return c.json(template)
  })
  return api
}

function refuse(c: ApiContext, { status, message }: Refusal): Response {
  return c.json(refusalResponse(status, message, randomUUID()), status)
}

/** The error can name paths of this machine, so only its owner gets to see it. */
function fail(c: ApiContext, error: Error): Response {
  const requestId = randomUUID()
  // A client that disconnected cannot read a response, and nothing is wrong here.
  if (!c.req.raw.signal.aborted) console.error(`Request ${requestId} failed: ${bugReport(error)}`)
  return c.json(refusalResponse(500, 'the platform printed the reason, with the ID of this request', requestId), 500)
}
