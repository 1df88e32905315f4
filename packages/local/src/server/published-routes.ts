import { Hono } from 'hono'
import { inspectArchive } from './upload/archive-inspector.js'
import type { Auth } from './auth.js'
import type { ApiEnv } from './http/api-env.js'
import { done } from './http/messages.js'
import { checkManifest } from './upload/manifest-check.js'
import { pageOf } from './http/pagination.js'
import { Refusal } from './http/refusal.js'
import { streamBody } from './http/request-body.js'
import { createRecord, tagOf, type PublishedKind, type PublishedRecord } from './store/published-record.js'
import type { Store } from './store/store.js'
import { findByTag } from './store/tags.js'
import { checkTemplate } from './upload/template-check.js'
import { decodeUpload } from './upload/upload-decoder.js'

/**
 * The endpoints that apps and engines share.
 * @param single the key of a single record in a response
 */
export function publishedRoutes(kind: PublishedKind, single: 'app' | 'engine', store: Store, auth: Auth): Hono<ApiEnv> {
  const routes = new Hono<ApiEnv>()

  const find = (tag: string): PublishedRecord => {
    const record = findByTag(store.records(kind), tag)
    if (record === undefined) throw new Refusal(404, `there is no ${single} ${tag}`)
    return record
  }

  routes.post('/', async (c) => {
    const incoming = await store.receive(decodeUpload(streamBody(c)))
    try {
      const { manifest, template, files } = await inspectArchive(incoming.file)
      const checked = checkManifest(manifest, files, kind)
      const checkedTemplate = template === undefined ? undefined : checkTemplate(template)
      const previous = store.record(kind, tagOf(checked))
      const record = createRecord(checked, incoming.hash, previous)
      store.accept(kind, incoming, record, checkedTemplate)
      return c.json(record)
    } finally {
      incoming.discard()
    }
  })

  routes.get('/', (c) => {
    const records = [...store.records(kind)].toSorted(orderOf(c.req.query('orderBy')))
    const isPublic = c.req.query('isPublic')
    const wanted = isPublic === undefined ? records : records.filter((record) => String(record.isPublic) === isPublic)
    const { items, pagination } = pageOf(wanted, c.req.query())
    return c.json({ [kind]: items, pagination })
  })

  routes.get('/:tag', (c) => c.json({ [single]: find(c.req.param('tag')) }))
  routes.get('/:tag/status', (c) => c.json(done(find(c.req.param('tag')).status)))

  for (const [action, status] of [
    ['activate', 'active'],
    ['deactivate', 'inactive'],
  ] as const) {
    routes.post(`/:tag/${action}`, (c) => {
      store.save(kind, { ...find(c.req.param('tag')), status, updatedAt: new Date().toISOString() })
      return c.json(done(status))
    })
  }

  routes.get('/:tag/download', (c) => {
    const hash = Buffer.from(find(c.req.param('tag')).hash, 'base64')
    const path = `/downloads/${hash.toString('hex')}.tar`
    return c.json(done(`${c.get('baseUrl')}${path}?${auth.signLink(path)}`))
  })

  return routes
}

const ORDERS = ['name', 'version', 'createdAt', 'updatedAt'] as const

/** @param orderBy name of a field, optionally followed by ` desc` */
function orderOf(orderBy = 'name'): (a: PublishedRecord, b: PublishedRecord) => number {
  const [field, direction = 'asc'] = orderBy.split(' ')
  const key = ORDERS.find((order) => order === field)
  if (key === undefined || !['asc', 'desc'].includes(direction)) {
    throw new Refusal(400, `orderBy must be one of ${ORDERS.join(', ')}, with or without " desc"`)
  }
  const sign = direction === 'desc' ? -1 : 1
  return (a, b) => sign * String(a[key]).localeCompare(String(b[key]), 'en', { numeric: true })
}
