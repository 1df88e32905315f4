import type { JsonSchema } from 'bytenite-uploader/wire'
import type { JobConfig, JobParams, JobRecord, JobRequest } from 'bytenite-uploader/wire-jobs'
import { Hono } from 'hono'
import { dispositionName } from '../../jobs/files/file-name.js'
import type { Jobs } from '../../jobs/jobs.js'
import { kindOf, pinnedRecord } from '../../jobs/services/parts.js'
import { PARTS, type Part } from '../../jobs/kept/stored-job.js'
import { readJsonBody, streamBody } from '../../http/request-body.js'
import { Refusal } from '../../refusal.js'
import { tagOf, type PublishedRecord } from '../../store/published-record.js'
import type { Store } from '../../store/store.js'
import { findByTag } from '../../store/tags.js'
import { ArchiveContents } from '../archive-content.js'
import type { ApiEnv } from '../../http/api-env.js'
import { respond } from '../page/respond.js'
import { jobPath } from './job-paths.js'
import { ChoosePage, NewJobPage, type JobDraft } from './new-job-page.js'
import { problemsOf } from './problems.js'
import { RerunPage } from './rerun-page.js'

/** Bytes. */
const MAX_BODY = 1024 * 1024

/** Creating jobs, and running them again with other parameters. */
export function newJobRoutes(store: Store, jobs: Jobs): Hono<ApiEnv> {
  const routes = new Hono<ApiEnv>()
  const contents = new ArchiveContents(store)

  const schemasOf = async (records: Partial<Record<Part, PublishedRecord | undefined>>): Promise<Schemas> => {
    const schemas = PARTS.map(async (part) => {
      const record = records[part]
      return [part, record && ((await contents.json(record.hash, 'schema.json')) as JsonSchema | undefined)] as const
    })
    return Object.fromEntries((await Promise.all(schemas)).filter(([, schema]) => schema !== undefined)) as Schemas
  }

  routes.get('/jobs/new', async (c) => {
    const formToken = c.get('formToken')
    const draft = draftOf(store, jobs, c.req.query())
    if (draft === undefined) {
      return respond(c, <ChoosePage templates={[...store.templates()]} apps={[...store.records('apps')]} formToken={formToken} />)
    }
    const find = (part: Part): PublishedRecord | undefined => findByTag(store.records(kindOf(part)), draft[part])
    const app = find('app')
    const schemas = await schemasOf({ partitioner: find('partitioner'), app, assembler: find('assembler') })
    const isActive = app?.status !== 'inactive'
    const engines = [...store.records('engines')]
    return respond(c, <NewJobPage draft={draft} schemas={schemas} engines={engines} isActive={isActive} formToken={formToken} />)
  })

  routes.post('/jobs', async (c) => {
    const request = (await readJsonBody(c, MAX_BODY)) as JobRequest
    try {
      const { id } = await jobs.create(request)
      return c.json({ id })
    } catch (error) {
      return c.json({ problems: problemsOf(error) }, 400)
    }
  })
  routes.put('/jobs/:id/source', async (c) => {
    const id = c.req.param('id')
    await jobs.receiveSource(id, dispositionName(c.req.header('content-disposition')), streamBody(c))
    jobs.completeUpload(id)
    return c.json({ id })
  })
  routes.post('/jobs/:id/start', async (c) => {
    const { id } = jobs.get(c.req.param('id'))
    try {
      await jobs.run(id, {})
      return c.json({ id, path: jobPath(id) })
    } catch (error) {
      const problems = problemsOf(error)
      // What nobody will run is not left behind. One that runs already, or has ended, is not that.
      if (jobs.get(id).state === 'JOB_STATE_NEW') await jobs.delete(id)
      return c.json({ problems }, 400)
    }
  })

  routes.get('/jobs/:id/rerun', async (c) => {
    const job = jobs.get(c.req.param('id'))
    const { parts } = job
    if (parts === undefined) throw new Refusal(409, `job ${job.id} has not run yet`)
    const records = Object.fromEntries(PARTS.map((part) => [part, pinnedRecord(store, part, parts[part])]))
    return respond(c, <RerunPage job={job} schemas={await schemasOf(records)} formToken={c.get('formToken')} />)
  })
  routes.post('/jobs/:id/rerun-with', async (c) => {
    const { params } = (await readJsonBody(c, MAX_BODY)) as { params?: JobParams }
    try {
      const { id } = await jobs.rerun(c.req.param('id'), 'all', params)
      return c.json({ id, path: jobPath(id) })
    } catch (error) {
      return c.json({ problems: problemsOf(error) }, 400)
    }
  })
  return routes
}

type Schemas = Partial<Record<Part, JsonSchema>>

/** What the form starts with: a template, an app, or another job. */
function draftOf(store: Store, jobs: Jobs, { template: templateId, app, from }: Record<string, string>): JobDraft | undefined {
  if (from !== undefined) return draftFrom(store, jobs.get(from))
  const template = templateId === undefined ? undefined : store.template(templateId)
  if (templateId !== undefined && template === undefined) throw new Refusal(404, `there is no template ${templateId}`)
  if (template === undefined && app === undefined) return undefined
  const { dataSource, params, config, ...tags } = template ?? {
    app: findApp(store, app ?? ''),
    partitioner: 'passthrough',
    assembler: 'passthrough',
  }
  return {
    templateId,
    app: tags.app,
    partitioner: tags.partitioner,
    assembler: tags.assembler,
    name: templateId ?? tags.app.split('@')[0] ?? '',
    ...sourceOf(dataSource),
    isOwnSource: template !== undefined,
    params: asObject(params),
    config: asObject(config) as JobConfig,
  }
}

/** A template is kept as it came. */
function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function findApp(store: Store, tag: string): string {
  const record = findByTag(store.records('apps'), tag)
  if (record === undefined) throw new Refusal(404, `there is no app ${tag}`)
  return tagOf(record)
}

function draftFrom(store: Store, { id, templateId, parts, name, dataSource, params, config }: JobRecord): JobDraft {
  const template = templateId === '' ? undefined : store.template(templateId)
  const tagOfPart = (part: Part): string => template?.[part] ?? parts?.[part].tag ?? 'passthrough'
  if (template === undefined && parts === undefined) throw new Refusal(409, 'this job has not started, and its template is gone')
  const source = sourceOf(dataSource)
  const own = sourceOf(template?.dataSource)
  return {
    templateId: template?.id,
    app: tagOfPart('app'),
    partitioner: tagOfPart('partitioner'),
    assembler: tagOfPart('assembler'),
    name,
    ...source,
    isOwnSource: template !== undefined && own.source === source.source && own.url === source.url,
    from: id,
    params,
    config,
  }
}

function sourceOf(dataSource: JobRecord['dataSource'] | undefined): Pick<JobDraft, 'source' | 'url'> {
  const { dataSourceDescriptor, params } = dataSource ?? { dataSourceDescriptor: 'bypass' }
  const source = dataSourceDescriptor === 'file' || dataSourceDescriptor === 'url' ? dataSourceDescriptor : 'bypass'
  return { source, url: withoutLogin(params?.['url']) }
}

/** A template is kept as it came, also with a login in its address. */
function withoutLogin(text: unknown): string {
  if (typeof text !== 'string' || !URL.canParse(text)) return ''
  const url = new URL(text)
  url.username = ''
  url.password = ''
  return url.href
}
