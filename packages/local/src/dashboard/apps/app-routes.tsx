import { stat } from 'node:fs/promises'
import { Hono } from 'hono'
import { compareFiles } from 'bytenite-uploader/internal/archive-contents'
import { pathFrom } from '../../http/path-from.js'
import { Refusal } from '../../refusal.js'
import { tagOf, type PublishedKind, type PublishedRecord } from '../../store/published-record.js'
import type { Store } from '../../store/store.js'
import { findByTag } from '../../store/tags.js'
import type { ApiContext, ApiEnv } from '../../http/api-env.js'
import { PREVIEW_SIZE, previewBytes } from '../page/preview.js'
import { PreviewPage } from '../page/preview-page.js'
import { respond, respondInParts } from '../page/respond.js'
import { maskedJson } from '../page/shown-json.js'
import { rawHeaders, sendRaw } from '../page/send-raw.js'
import { AppListPage, type ListedApp } from './app-list-page.js'
import { AppContent, AppPage, type ArchiveList } from './app-page.js'
import { appPath, archivedFilePath, revisionPath } from './app-paths.js'
import { ArchiveContents } from '../archive-content.js'

/** Bytes of a file in an archive that are read for a download. What is larger comes with the archive. */
const MAX_FILE = 64 * 1024 * 1024

export function appRoutes(kind: PublishedKind, store: Store): Hono<ApiEnv> {
  const routes = new Hono<ApiEnv>()
  const contents = new ArchiveContents(store)

  const find = (tag: string): PublishedRecord => {
    const record = findByTag(store.records(kind), tag)
    if (record === undefined) throw new Refusal(404, `there is no ${kind === 'apps' ? 'app' : 'engine'} ${tag}`)
    return record
  }
  const findRevision = (tag: string, revision: string): PublishedRecord => {
    const current = find(tag)
    const record = /^\d{1,9}$/.test(revision) ? store.revision(kind, tagOf(current), Number(revision)) : undefined
    if (record === undefined) throw new Refusal(404, `revision ${revision} of ${tag} was removed, or was never there`)
    return record
  }
  const revisionsOf = (record: PublishedRecord): PublishedRecord[] =>
    store
      .revisions(kind, tagOf(record))
      .flatMap((number) => store.revision(kind, tagOf(record), number) ?? [])
      .toReversed()

  const showRevision = async (c: ApiContext, record: PublishedRecord): Promise<Response> => {
    const revisions = await Promise.all(revisionsOf(record).map((revision) => withFacts(store, revision)))
    const before = revisions[revisions.findIndex(({ record: { revision } }) => revision === record.revision) + 1]?.record
    const page = (
      <AppPage
        kind={kind}
        record={record}
        current={find(tagOf(record))}
        revisions={revisions}
        templates={[...store.templates()].filter((template) => findByTag([record], template[partOf(record)]) !== undefined)}
        formToken={c.get('formToken')}
      />
    )
    return respondInParts(c, page, async () => {
      const archive = await readList(contents, record)
      const earlier = before && (await readList(contents, before))
      return (
        <AppContent
          kind={kind}
          record={record}
          archive={archive}
          changes={
            before && archive.problem === undefined && earlier?.problem === undefined
              ? { from: before.revision, files: compareFiles(earlier?.files ?? [], archive.files) }
              : undefined
          }
          manifest={await jsonOf(record, archive, 'manifest.json')}
          schema={await jsonOf(record, archive, 'schema.json')}
        />
      )
    })
  }
  /** Not looked for where there is none: it would be looked for in the whole archive. */
  const jsonOf = async ({ hash }: PublishedRecord, { files }: ArchiveList, name: string): Promise<unknown> =>
    files.some(({ path }) => path === name) ? contents.json(hash, name) : undefined

  routes.get(`/${kind}`, async (c) => {
    const records = [...store.records(kind)].toSorted((a, b) => tagOf(a).localeCompare(tagOf(b), 'en', { numeric: true }))
    const apps = await Promise.all(records.map((record) => withFacts(store, record)))
    return respond(c, <AppListPage kind={kind} apps={apps} formToken={c.get('formToken')} />)
  })
  routes.get(`/${kind}/:tag`, (c) => showRevision(c, find(c.req.param('tag'))))
  routes.get(`/${kind}/:tag/revisions/:revision`, (c) => showRevision(c, findRevision(c.req.param('tag'), c.req.param('revision'))))

  routes.get(`/${kind}/:tag/revisions/:revision/archive.tar`, (c) => {
    const record = findRevision(c.req.param('tag'), c.req.param('revision'))
    return sendRaw(c, `${tagOf(record)}-${record.revision}.tar`, store.archiveFile(Buffer.from(record.hash, 'base64')))
  })
  routes.get(`/${kind}/:tag/revisions/:revision/files/*`, async (c) => {
    const record = findRevision(c.req.param('tag'), c.req.param('revision'))
    const path = pathFrom(c, 5)
    const isRaw = c.req.query('raw') !== undefined
    const found = await contents.file(record.hash, path, isRaw ? MAX_FILE : PREVIEW_SIZE + 1)
    if (found === undefined) throw new Refusal(404, `there is no file ${path} in ${tagOf(record)}`)
    const bytes = withoutSecrets(path, found.bytes)
    if (isRaw) {
      if (found.size > MAX_FILE) throw new Refusal(413, `${path} is larger than 64 MiB: download the archive`)
      return c.body(new Uint8Array(bytes), 200, rawHeaders(path))
    }
    const page = (
      <PreviewPage
        name={path}
        section={`/${kind}`}
        formToken={c.get('formToken')}
        preview={previewBytes(bytes)}
        size={found.size}
        raw={`${archivedFilePath(kind, tagOf(record), record.revision, path)}?raw`}
        crumbs={<a href={revisionPath(kind, tagOf(record), record.revision)}>{`${tagOf(record)}, revision ${record.revision}`}</a>}
      />
    )
    return respond(c, page)
  })

  for (const [verb, status] of [
    ['activate', 'active'],
    ['deactivate', 'inactive'],
  ] as const) {
    routes.post(`/${kind}/:tag/${verb}`, (c) => {
      const record = find(c.req.param('tag'))
      store.setStatus(kind, record, status)
      return c.redirect(appPath(kind, tagOf(record)), 303)
    })
  }
  return routes
}

/** With what its archive tells, if that is there. A record says when it has changed, which it also does when it is activated. */
async function withFacts(store: Store, record: PublishedRecord): Promise<ListedApp> {
  try {
    const { size, mtime } = await stat(store.archiveFile(Buffer.from(record.hash, 'base64')))
    return { record, size, publishedAt: mtime.toISOString() }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return { record, size: undefined, publishedAt: undefined }
  }
}

/** What is in an archive, or why that is not known. */
async function readList(contents: ArchiveContents, { hash }: PublishedRecord): Promise<ArchiveList> {
  try {
    return { files: await contents.list(hash), problem: undefined }
  } catch (error) {
    if (error instanceof Refusal) return { files: [], problem: error.message }
    throw error
  }
}

function partOf({ type }: PublishedRecord): 'partitioner' | 'app' | 'assembler' {
  return type === 'partitioner' || type === 'assembler' ? type : 'app'
}

/** Files that may have the token of a registry, or the login of a source. */
const WITH_SECRETS = new Set(['manifest.json', 'template.json'])

function withoutSecrets(path: string, bytes: Buffer): Buffer {
  if (!WITH_SECRETS.has(path)) return bytes
  try {
    return Buffer.from(maskedJson(bytes.toString('utf8')))
  } catch {
    return Buffer.from('This file may have secrets, and cannot be read as JSON, so it is not shown.\n')
  }
}
