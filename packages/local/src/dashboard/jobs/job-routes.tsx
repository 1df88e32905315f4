import { Hono } from 'hono'
import type { JobRecord, LogLine } from 'bytenite-uploader/wire-jobs'
import { pathFrom } from '../../http/path-from.js'
import { streamText, inBatches } from '../../http/stream-text.js'
import type { Jobs, LogSource, StoredFile, TaskDetail } from '../../jobs/jobs.js'
import { Refusal } from '../../refusal.js'
import type { Store } from '../../store/store.js'
import type { ApiContext, ApiEnv } from '../../http/api-env.js'
import { lastLines, writeShown } from '../log/shown-line.js'
import { previewFile } from '../page/preview.js'
import { PreviewPage } from '../page/preview-page.js'
import { respond } from '../page/respond.js'
import { savedHeaders, sendRaw } from '../page/send-raw.js'
import { Twin } from '../page/twin.js'
import type { Sessions } from '../session/sessions.js'
import { EnginePage } from './engine-page.js'
import { findFailedPart } from './failed-part.js'
import type { FailureLog } from './failure.js'
import { JobListPage } from './job-list-page.js'
import { JobPage } from './job-page.js'
import { jobPath, resultPath, taskFilePath, taskPath } from './job-paths.js'
import { findJobs, readJobQuery } from './job-query.js'
import { newJobRoutes } from './new-job-routes.js'
import { sendResultsTar } from './results-tar.js'
import { TaskPage } from './task-page.js'
import { readTaskQuery } from './task-table.js'
import { variableNames } from './variable-names.js'

/** Lines of a log that a page has before a script fetches all. */
const LINES = 200

export function jobRoutes(store: Store, jobs: Jobs, sessions: Sessions): Hono<ApiEnv> {
  const routes = new Hono<ApiEnv>()

  routes.get('/jobs', (c) => {
    const query = readJobQuery(c.req.query())
    return respond(c, <JobListPage query={query} formToken={c.get('formToken')} {...findJobs(jobs.list(), query)} />)
  })
  // Before what takes any name for an ID.
  routes.route('/', newJobRoutes(store, jobs))

  routes.get('/jobs/:id', async (c) => {
    const job = jobs.get(c.req.param('id'))
    const results = job.state === 'JOB_STATE_COMPLETE' ? await jobs.results(job.id) : undefined
    return respond(
      c,
      <JobPage
        job={job}
        tasks={[...jobs.tasks(job.id)]}
        taskQuery={readTaskQuery(c.req.query())}
        results={results}
        failure={await failureLog(jobs, job)}
        formToken={c.get('formToken')}
      />,
    )
  })

  routes.get('/jobs/:id/tasks/:chunk', async (c) => {
    const { job, detail } = await taskOf(jobs, c)
    const { chunk } = detail.task
    const attempt = numberOf(c.req.query('attempt')) ?? (detail.task.attempts || undefined)
    return respond(
      c,
      <TaskPage
        job={job}
        detail={detail}
        attempt={attempt}
        log={attempt === undefined ? NO_LINES : await endOfLog(jobs, job.id, { part: 'app', chunk, attempt })}
        variables={variableNames(store, job)}
        formToken={c.get('formToken')}
      />,
    )
  })

  for (const part of ['partitioner', 'assembler'] as const) {
    routes.get(`/jobs/:id/${part}`, async (c) => {
      const job = jobs.get(c.req.param('id'))
      const attempts = await jobs.engineAttempts(job.id, part)
      const attempt = numberOf(c.req.query('attempt')) ?? (attempts.length || undefined)
      const log = attempt === undefined ? NO_LINES : await endOfLog(jobs, job.id, { part, attempt })
      return respond(c, <EnginePage job={job} part={part} attempts={attempts} attempt={attempt} log={log} formToken={c.get('formToken')} />)
    })
  }

  routes.post('/jobs/:id/log', (c) => {
    const [id, source] = [jobs.get(c.req.param('id')).id, sourceOf(c)]
    c.set('mayBeCut', true)
    return streamText(c, 'application/x-ndjson', (signal) => writeShown(jobs.logBatches(id, source, { follow: signal })))
  })
  routes.get('/jobs/:id/log.txt', (c) => {
    const [id, source] = [jobs.get(c.req.param('id')).id, sourceOf(c)]
    const name = [id.slice(0, 13), source.part === 'app' ? `task-${source.chunk}` : source.part].join('-')
    const response = streamText(c, 'text/plain; charset=utf-8', () => inBatches(writeTexts(jobs.log(id, source))))
    for (const [header, value] of Object.entries(savedHeaders(`${name}.log`))) response.headers.set(header, value)
    return response
  })

  routes.get('/jobs/:id/results/:kind{view|raw}/*', async (c) => {
    const job = jobs.get(c.req.param('id'))
    const name = pathFrom(c, 4)
    const file = requireFile(await jobs.results(job.id, name), name)
    return show(c, file, {
      raw: resultPath(job.id, name, 'raw'),
      crumbs: [
        ['/jobs', 'Jobs'],
        [jobPath(job.id), job.name],
      ],
      twin: <Twin command={`job ${job.id} --out results`} call={`GET /customer/jobs/${job.id}/results`} />,
    })
  })
  routes.get('/jobs/:id/results.tar', async (c) => {
    const job = jobs.get(c.req.param('id'))
    return sendResultsTar(c, job, await jobs.results(job.id))
  })
  routes.get('/jobs/:id/tasks/:chunk/:kind{view|raw}/*', async (c) => {
    const { job, detail } = await taskOf(jobs, c)
    const { chunk } = detail.task
    const path = pathFrom(c, 5)
    const name = path === 'chunk' ? undefined : /^results\/(.*)$/s.exec(path)?.[1]
    if (path !== 'chunk' && name === undefined) throw new Refusal(404, `there is no file ${path}`)
    const file = name === undefined ? { ...detail.input, name: `chunk ${chunk}` } : requireFile(detail.results, name)
    return show(c, file, {
      raw: taskFilePath(job.id, chunk, name, 'raw'),
      crumbs: [
        ['/jobs', 'Jobs'],
        [jobPath(job.id), job.name],
        [taskPath(job.id, chunk), `Task ${chunk}`],
      ],
      twin: <Twin call={`GET /customer/jobs/${job.id}/tasks/${chunk}`} />,
    })
  })

  routes.post('/jobs/:id/run', async (c) => {
    const { id } = await jobs.run(c.req.param('id'), {})
    return c.redirect(jobPath(id), 303)
  })
  routes.post('/jobs/:id/abort', async (c) => {
    await jobs.abort(c.req.param('id'), sessions.nameOf(c.get('session')))
    return c.redirect(jobPath(c.req.param('id')), 303)
  })
  routes.post('/jobs/:id/rerun', async (c) => {
    const wanted = c.get('form').get('tasks') ?? 'all'
    const which = wanted === 'all' || wanted === 'failed' ? wanted : [Number(wanted)]
    const { id } = await jobs.rerun(c.req.param('id'), which)
    return c.redirect(Array.isArray(which) ? taskPath(id, which[0] as number) : jobPath(id), 303)
  })
  routes.post('/jobs/:id/delete', async (c) => {
    await jobs.delete(c.req.param('id'))
    return c.redirect('/jobs', 303)
  })
  return routes
}

const NO_LINES: EndOfLog = { lines: [], isCut: false }

type EndOfLog = Pick<FailureLog, 'lines' | 'isCut'>

function endOfLog(jobs: Jobs, id: string, source: LogSource): Promise<EndOfLog> {
  // One more, which tells whether there are others before.
  return lastLines(jobs.log(id, source, { last: LINES + 1 }), LINES)
}

async function failureLog(jobs: Jobs, job: JobRecord): Promise<FailureLog | undefined> {
  const part = await findFailedPart(jobs, job)
  if (part === undefined) return undefined
  return { part, ...(await endOfLog(jobs, job.id, part.source)) }
}

async function taskOf(jobs: Jobs, c: ApiContext): Promise<{ job: JobRecord; detail: TaskDetail }> {
  const { id = '', chunk = '' } = c.req.param() as Record<string, string>
  const job = jobs.get(id)
  return { job, detail: await jobs.task(id, numberOf(chunk) ?? 0) }
}

function sourceOf(c: ApiContext): LogSource {
  const { part = 'app' } = c.req.query()
  if (part !== 'app' && part !== 'partitioner' && part !== 'assembler') throw new Refusal(404, `there is no log of ${part}`)
  const [chunk, attempt] = [numberOf(c.req.query('chunk')), numberOf(c.req.query('attempt'))]
  if ((part === 'app') !== (chunk !== undefined)) throw new Refusal(404, 'the log of a task needs its number, and no other does')
  return { part, ...(chunk !== undefined && { chunk }), ...(attempt !== undefined && { attempt }) }
}

/** @returns `undefined` where there is none @throws {Refusal} 404 for what is no number */
function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,9}$/.test(text)) throw new Refusal(404, `there is no task or attempt ${text}`)
  return Number(text)
}

async function* writeTexts(lines: AsyncIterable<LogLine>): AsyncGenerator<string> {
  for await (const { log } of lines) yield `${log}\n`
}

function requireFile(files: readonly StoredFile[], name: string): StoredFile {
  const file = files.find((candidate) => candidate.name === name)
  if (file === undefined) throw new Refusal(404, `there is no file ${name}`)
  return file
}

interface Shown {
  raw: string
  crumbs: readonly (readonly [path: string, name: string])[]
  twin: ReturnType<typeof Twin>
}

/** A file as it is, or as a page to look at it. */
async function show(c: ApiContext, { name, file, size }: StoredFile, { raw, crumbs, twin }: Shown): Promise<Response> {
  if (c.req.param('kind') === 'raw') return sendRaw(c, name, file)
  const page = (
    <PreviewPage
      name={name}
      section="/jobs"
      formToken={c.get('formToken')}
      preview={await previewFile(name, file)}
      size={size}
      raw={raw}
      twin={twin}
      crumbs={crumbs.map(([path, text], index) => (
        <>
          {index > 0 && ' › '}
          <a href={path}>{text}</a>
        </>
      ))}
    />
  )
  return respond(c, page)
}
