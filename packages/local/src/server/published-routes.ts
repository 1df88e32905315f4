import { randomUUID } from 'node:crypto'
import type { EngineRecord } from 'bytenite-uploader/wire'
import { Hono } from 'hono'
import { inspectArchive } from './upload/archive-inspector.js'
import type { Auth } from './auth.js'
import { bodyOf, done } from './http/messages.js'
import { checkManifest, type CheckedManifest } from './upload/manifest-check.js'
import { pageOf } from './http/pagination.js'
import { Refusal } from './http/refusal.js'
import type { Kind, Store } from './store.js'
import { findByTag } from './tags.js'
import { checkTemplate } from './template-check.js'
import { decodeUpload } from './upload/upload-decoder.js'

/** The endpoints that apps and engines have in common; `single` is the key of one record in a response. */
export function publishedRoutes(kind: Kind, single: 'app' | 'engine', store: Store, auth: Auth): Hono {
  const routes = new Hono()

  const find = (tag: string): EngineRecord => {
    const record = findByTag(store.records(kind), tag)
    if (record === undefined) throw new Refusal(404, `there is no ${single} ${tag}`)
    return record
  }

  routes.post('/', async (c) => {
    const incoming = await store.receive(decodeUpload(bodyOf(c)))
    try {
      const { manifest, template, files } = await inspectArchive(incoming.file)
      const checked = checkManifest(manifest, files, kind)
      const checkedTemplate = template === undefined ? undefined : checkTemplate(template)
      const previous = store.record(kind, `${checked.name}@${checked.version}`)
      const record = toRecord(checked, incoming.hash, previous)
      store.accept(kind, incoming, record)
      if (checkedTemplate !== undefined) store.saveTemplate(checkedTemplate)
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
  routes.get('/:tag/status', (c) => c.json(done(find(c.req.param('tag')).status ?? '')))

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
    const hash = Buffer.from(find(c.req.param('tag')).hash ?? '', 'base64')
    const path = `/downloads/${hash.toString('hex')}.tar`
    return c.json(done(`${new URL(c.req.url).origin}${path}?${auth.signLink(path)}`))
  })

  return routes
}

function toRecord(manifest: CheckedManifest, hash: Buffer, previous: EngineRecord | undefined): EngineRecord {
  const { platform_config: config, device_requirements: device } = manifest
  const now = new Date().toISOString()
  const digest = hash.toString('base64')
  return withoutUndefined<EngineRecord>({
    id: previous?.id ?? randomUUID(),
    name: manifest.name,
    version: manifest.version,
    description: manifest.description,
    ...(manifest.type !== 'app' && { type: manifest.type }),
    owner: 'local',
    userName: 'local',
    // Another archive has to be activated anew; the same one again changes nothing.
    status: previous?.hash === digest ? previous.status : 'inactive',
    isPublic: false,
    createdAt: previous?.createdAt ?? now,
    updatedAt: now,
    platform: manifest.platform,
    platformConfig: withoutUndefined({
      container: config.container,
      privateImage: config.private_image,
      username: config.username,
      token: config.token,
      secrets: config.secrets,
    }),
    deviceRequirements: withoutUndefined({ minCpu: device.min_cpu, minMemory: device.min_memory, gpu: device.gpu }),
    entrypoint: manifest.entrypoint,
    hash: digest,
    revision: String(Number(previous?.revision ?? 0) + 1),
  })
}

type MaybeUndefined<T> = { [Key in keyof T]: T[Key] | undefined }

function withoutUndefined<T extends object>(value: MaybeUndefined<T>): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T
}

const ORDERS = ['name', 'version', 'createdAt', 'updatedAt'] as const

/** `orderBy` is a field's name, with ` desc` after it for the reverse. */
function orderOf(orderBy = 'name'): (a: EngineRecord, b: EngineRecord) => number {
  const [field, direction = 'asc'] = orderBy.split(' ')
  const key = ORDERS.find((order) => order === field)
  if (key === undefined || !['asc', 'desc'].includes(direction)) {
    throw new Refusal(400, `orderBy must be one of ${ORDERS.join(', ')}, with or without " desc"`)
  }
  const sign = direction === 'desc' ? -1 : 1
  return (a, b) => sign * String(a[key]).localeCompare(String(b[key]), 'en', { numeric: true })
}
