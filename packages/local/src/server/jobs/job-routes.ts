import type { JobTemplate } from 'bytenite-uploader/wire'
import type {
  JobConfig,
  JobListResponse,
  JobParams,
  JobRecord,
  JobRequest,
  JobResponse,
  JobResultsResponse,
  JobTemplateListResponse,
  RunningTasksResponse,
  TaskListResponse,
  TaskResponse,
} from 'bytenite-uploader/wire-jobs'
import { Hono } from 'hono'
import * as v from 'valibot'
import type { JobEvent, Jobs } from '../../jobs/jobs.js'
import { Refusal } from '../../refusal.js'
import type { Store } from '../../store/store.js'
import { filter } from '../../utils/filter.js'
import type { Auth } from '../../http/auth.js'
import type { ApiContext, ApiEnv } from '../../http/api-env.js'
import { checkRequest } from '../../http/check-request.js'
import { done } from '../../http/messages.js'
import { pageOf, pageRequest, pageRequestOf, type PageRequest } from '../../http/pagination.js'
import { readJsonBody, readJsonValue, readOptionalJsonBody } from '../../http/request-body.js'
import { inBatches, streamText } from '../../http/stream-text.js'
import { chunkNumber } from './chunk-number.js'
import { testDataSource } from './data-source-test.js'
import { streamEvents } from './job-events.js'
import { inOrder, readFilter } from './job-filter.js'
import { jobLinks } from './job-links.js'
import { readLogQuery, readLogsRequest, writeLines, writeLogs } from './job-logs.js'
import { toJobResponse, toWireJob, type ResponseContext } from './job-response.js'

/** Bytes. */
const MAX_BODY = 1024 * 1024
/** Items of a page. */
const MAX_PAGE = 1000

const RerunBody = v.object({
  tasks: v.nullish(
    v.union(
      [v.picklist(['all', 'failed']), v.array(v.pipe(v.number(), v.integer(), v.minValue(0)))],
      'must be "all", "failed", or an array with the numbers of chunks',
    ),
  ),
  params: v.nullish(v.record(v.string(), v.unknown(), 'must be an object')),
})
const RunningTasksBody = v.object({ jobsIds: v.array(v.string('must be a string'), 'must be an array') })
const TASK_STATES = ['Scheduled', 'Assigned', 'Received', 'Running', 'Completed', 'Failed']

/** The API of jobs. What a job may be is decided by the jobs; here, only paths and shapes are. */
export function jobRoutes(jobs: Jobs, store: Store, auth: Auth): Hono<ApiEnv> {
  const routes = new Hono<ApiEnv>()

  const contextOf = (c: ApiContext): ResponseContext => {
    const links = jobLinks(c, auth)
    return { template: (id) => store.template(id), uploadLink: (id) => links.upload(id) }
  }
  const respond = (c: ApiContext, job: JobRecord): Response => c.json(toJobResponse(job, contextOf(c)) satisfies JobResponse)
  const respondList = (c: ApiContext, list: Iterable<JobRecord>, orderBy: string | undefined, page: PageRequest): Response => {
    const { items, pagination } = pageOf(orderBy ? inOrder(list, orderBy) : list, page)
    const context = contextOf(c)
    return c.json({ data: items.map((job) => toWireJob(job, context)), pagination } satisfies JobListResponse)
  }

  routes.post('/jobs', async (c) => respond(c, await jobs.create((await readJsonBody(c, MAX_BODY)) as JobRequest)))
  routes.get('/jobs', (c) => respondList(c, jobs.list(), c.req.query('orderBy'), pageRequestOf(c.req.query(), MAX_PAGE)))
  routes.post('/jobs/filter', async (c) => {
    const { matches, orderBy, limit, offset } = readFilter(await readOptionalJsonBody(c, MAX_BODY))
    return respondList(c, filter(jobs.list(), matches), orderBy, pageRequest(limit, offset, MAX_PAGE))
  })
  routes.post('/jobs/runningTasks', async (c) => {
    const { jobsIds } = checkRequest(RunningTasksBody, await readJsonBody(c, MAX_BODY))
    const running = jobsIds.flatMap((id) => findJob(jobs, id) ?? []).map(({ id, tasks }) => [id, tasks?.running ?? 0] as const)
    return c.json({ jobsRunningTasks: Object.fromEntries(running) } satisfies RunningTasksResponse)
  })

  routes.get('/jobs/templates', (c) => {
    const { items, pagination } = pageOf(store.templates(), pageRequestOf(c.req.query(), MAX_PAGE))
    return c.json({ data: items.map(withName), pagination } satisfies JobTemplateListResponse)
  })
  for (const path of ['/jobs/templates/:id/presets', '/schema/:id', '/stats/*']) {
    routes.get(path, () => {
      throw new Refusal(404, 'the API has given this endpoint up; parameters are described by the schema.json in an archive')
    })
  }

  routes.get('/jobs/:id', (c) => respond(c, jobs.get(c.req.param('id'))))
  routes.delete('/jobs/:id', async (c) => {
    await jobs.delete(c.req.param('id'))
    return c.json(done('deleted'))
  })

  // Each of these also has an older path, which some clients still call.
  const change = (name: string, apply: (id: string, body: unknown) => JobRecord | Promise<JobRecord>): void => {
    const handle = async (c: ApiContext, id: string): Promise<Response> => respond(c, await apply(id, await readJsonValue(c, MAX_BODY)))
    routes.patch(`/jobs/:id/${name}`, (c) => handle(c, c.req.param('id')))
    routes.post(`/jobs/${name}/:id`, (c) => handle(c, c.req.param('id')))
  }
  change('datasource', (id, body) => jobs.setData(id, body as Pick<JobRequest, 'dataSource' | 'dataDestination'>))
  change('params', (id, body) => jobs.setParams(id, body as JobParams))
  change('jobname', (id, body) => jobs.rename(id, body as string))
  change('configs', (id, body) => jobs.configure(id, configIn(body)))

  const act = (method: 'PATCH' | 'POST', name: string, apply: (id: string, c: ApiContext) => Promise<string>): void => {
    const handle = async (c: ApiContext, id: string): Promise<Response> => c.json(done(await apply(id, c)))
    routes.on(method, `/jobs/:id/${name}`, (c) => handle(c, c.req.param('id')))
    routes.post(`/jobs/${name}/:id`, (c) => handle(c, c.req.param('id')))
  }
  act('POST', 'run', async (id, c) => (await jobs.run(id, configIn(await readOptionalJsonBody(c, MAX_BODY)))).state)
  act('POST', 'abort', async (id, c) => {
    await jobs.abort(id, auth.nameOf(c.get('keyId')))
    return 'aborted'
  })
  act('PATCH', 'uploadcompleted', async (id) => jobs.completeUpload(id).state)

  routes.post('/jobs/:id/rerun', async (c) => {
    const { tasks, params } = checkRequest(RerunBody, await readOptionalJsonBody(c, MAX_BODY))
    return respond(c, await jobs.rerun(c.req.param('id'), tasks ?? 'all', params ?? undefined))
  })

  routes.get('/jobs/estimation/:id', (c) => {
    jobs.get(c.req.param('id'))
    return c.json({ estimation: { totalEstimation: '0' } })
  })

  routes.get('/jobs/:id/results', async (c) => {
    const id = c.req.param('id')
    const links = jobLinks(c, auth)
    const results = (await jobs.results(id)).map(({ name }) => ({ name, link: links.output(id, name) }))
    return c.json({ results } satisfies JobResultsResponse)
  })

  routes.get('/jobs/:id/tasks', (c) => {
    const state = c.req.query('state')
    if (state !== undefined && !TASK_STATES.includes(state)) throw new Refusal(400, `state must be one of ${TASK_STATES.join(', ')}`)
    const tasks = filter(jobs.tasks(c.req.param('id')), (task) => state === undefined || task.state === state)
    const { items, pagination } = pageOf(tasks, pageRequestOf(c.req.query(), MAX_PAGE))
    return c.json({ data: items, pagination } satisfies TaskListResponse)
  })
  routes.get('/jobs/:id/tasks/:chunk', async (c) => {
    const { id } = c.req.param()
    const chunk = chunkNumber(c.req.param('chunk'))
    const { task, attempts, input, results, logs } = await jobs.task(id, chunk)
    const links = jobLinks(c, auth)
    return c.json({
      task,
      attempts,
      input: { size: input.size, link: links.chunk(id, chunk) },
      results: results.map(({ name, size }) => ({ name, size, link: links.result(id, chunk, name) })),
      logs: logs.map(({ attempt, size }) => ({ attempt, size, link: links.log(id, chunk, attempt) })),
    } satisfies TaskResponse)
  })

  routes.get('/jobs/:id/log', (c) => {
    const { follow, ...of } = readLogQuery(c.req.query())
    const { id } = c.req.param()
    return streamText(c, 'application/x-ndjson', (signal) =>
      follow ? writeLines(jobs.log(id, of, { follow: signal })) : inBatches(writeLines(jobs.log(id, of))),
    )
  })
  routes.post('/logs', async (c) => {
    const request = readLogsRequest(await readJsonBody(c, MAX_BODY))
    jobs.get(request.jobId)
    return streamText(c, 'application/json', () => inBatches(writeLogs(jobs, request)))
  })

  routes.get('/events', (c) => {
    const context = contextOf(c)
    const toMessage = (event: JobEvent) => (event.event === 'job' ? { ...event, data: toWireJob(event.data, context) } : event)
    return streamText(c, 'text/event-stream', (signal) => streamEvents(jobs, { jobId: c.req.query('jobId'), toMessage, signal }))
  })

  routes.post('/datasource/test', async (c) => c.json(await testDataSource(await readJsonBody(c, MAX_BODY))))
  return routes
}

/** Some clients show the name. */
function withName(template: JobTemplate): JobTemplate & { name: string } {
  return { name: template.id, ...template }
}

function findJob(jobs: Jobs, id: string): JobRecord | undefined {
  try {
    return jobs.get(id)
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return undefined
    throw error
  }
}

/** The config in a body: under `config`, or as the body itself. */
function configIn(body: unknown): JobConfig {
  const { config, ...flat } = (body ?? {}) as { config?: JobConfig | null } & JobConfig
  return config ?? flat
}
