import { Readable } from 'node:stream'
import type { EngineMessage } from 'bytenite-uploader/wire'
import { Hono } from 'hono'
import { inspectArchive } from './upload/archive-inspector.js'
import type { Auth } from '../http/auth.js'
import { createLink } from '../http/links.js'
import type { ApiEnv } from '../http/api-env.js'
import { done } from '../http/messages.js'
import { checkManifest } from '../rules/manifest-check.js'
import { pageOf, pageRequestOf } from '../http/pagination.js'
import { Refusal } from '../refusal.js'
import { streamBody } from '../http/request-body.js'
import { createRecord, tagOf, type PublishedKind, type PublishedRecord } from '../store/published-record.js'
import type { Store } from '../store/store.js'
import { findByTag } from '../store/tags.js'
import { checkTemplate } from '../rules/template-check.js'
import { decodeUpload } from './upload/upload-decoder.js'

/** In seconds. */
const ARCHIVE_LINK_LIFETIME = 600

/**
 * The endpoints that apps and engines share. The API's responses about engines have other shapes than those about apps: a
 * record stands alone, with a number as its revision, and all else is in the fields of an engine.
 */
export function publishedRoutes(kind: PublishedKind, store: Store, auth: Auth): Hono<ApiEnv> {
  const routes = new Hono<ApiEnv>()
  const single = kind === 'apps' ? 'app' : 'engine'
  const { toRecord, toSingle, toStatus, toLink } = kind === 'apps' ? APP_SHAPES : ENGINE_SHAPES

  const find = (tag: string): PublishedRecord => {
    const record = findByTag(store.records(kind), tag)
    if (record === undefined) throw new Refusal(404, `there is no ${single} ${tag}`)
    return record
  }

  routes.post('/', async (c) => {
    const { engineData } = c.req.query()
    // Clients made from the API's description send an engine in the query. A space was a "+" that was not escaped.
    const body =
      engineData === undefined ? streamBody(c) : Readable.from([Buffer.from(JSON.stringify({ data: engineData.replaceAll(' ', '+') }))])
    const incoming = await store.receive(decodeUpload(body))
    try {
      const { manifest, template, files } = await inspectArchive(incoming.file)
      const checked = checkManifest(manifest, files, kind)
      const checkedTemplate = template === undefined ? undefined : checkTemplate(template)
      const previous = store.record(kind, tagOf(checked))
      const record = createRecord(checked, incoming.hash, previous)
      store.accept(kind, incoming, record, checkedTemplate)
      return c.json(toRecord(record))
    } finally {
      incoming.discard()
    }
  })

  routes.get('/', (c) => {
    const records = [...store.records(kind)].toSorted(orderOf(c.req.query('orderBy')))
    const isPublic = c.req.query('isPublic')
    const wanted = isPublic === undefined ? records : records.filter((record) => String(record.isPublic) === isPublic)
    const { items, pagination } = pageOf(wanted, pageRequestOf(c.req.query()))
    return c.json({ [kind]: items.map(toRecord), pagination })
  })

  routes.get('/:tag', (c) => c.json(toSingle(find(c.req.param('tag')))))
  routes.get('/:tag/status', (c) => c.json(toStatus(find(c.req.param('tag')))))

  for (const [action, status] of [
    ['activate', 'active'],
    ['deactivate', 'inactive'],
  ] as const) {
    routes.post(`/:tag/${action}`, (c) => {
      return c.json(toStatus(store.setStatus(kind, find(c.req.param('tag')), status)))
    })
  }

  routes.get('/:tag/download', (c) => {
    const record = find(c.req.param('tag'))
    const name = `${Buffer.from(record.hash, 'base64').toString('hex')}.tar`
    return c.json(toLink(record, createLink(c, auth, ['downloads', name], ARCHIVE_LINK_LIFETIME)))
  })

  return routes
}

/** How the responses about one kind look. */
interface Shapes {
  toRecord(record: PublishedRecord): object
  toSingle(record: PublishedRecord): object
  toStatus(record: PublishedRecord): object
  toLink(record: PublishedRecord, link: string): object
}

const APP_SHAPES: Shapes = {
  toRecord: (record) => record,
  toSingle: (app) => ({ app }),
  toStatus: ({ status }) => done(status),
  toLink: (_, link) => done(link),
}

const ENGINE_SHAPES: Shapes = {
  toRecord: toEngine,
  toSingle: toEngine,
  toStatus: (record) => toEngineMessage(record, ''),
  toLink: toEngineMessage,
}

function toEngine(record: PublishedRecord): object {
  return { ...record, revision: Number(record.revision) }
}

function toEngineMessage(record: PublishedRecord, engineLink: string): EngineMessage {
  return { engineId: record.id, engineTag: tagOf(record), engineData: '', engineLink, engineStatus: record.status }
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
