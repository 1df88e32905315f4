import { Hono } from 'hono'
import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import type { ApiEnv } from '../../http/api-env.js'
import type { Jobs } from '../../jobs/jobs.js'
import type { Store } from '../../store/store.js'
import { respond } from '../page/respond.js'
import type { Sessions } from '../session/sessions.js'
import { endOfLog } from './end-of-log.js'
import { findFailedPart } from './failed-part.js'
import type { FailureLog } from './failure.js'
import { fileRoutes } from './file-routes.js'
import { JobListPage } from './job-list-page.js'
import { JobPage } from './job-page.js'
import { jobPath, taskPath } from './job-paths.js'
import { findJobs, readJobQuery } from './job-query.js'
import { logRoutes } from './log-routes.js'
import { newJobRoutes } from './new-job-routes.js'
import { taskRoutes } from './task-routes.js'
import { readTaskQuery } from './task-table.js'

/** The list of jobs, each job, and what can be done with it. */
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

  routes.route('/', taskRoutes(store, jobs))
  routes.route('/', logRoutes(jobs))
  routes.route('/', fileRoutes(jobs))

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

async function failureLog(jobs: Jobs, job: JobRecord): Promise<FailureLog | undefined> {
  const part = await findFailedPart(jobs, job)
  if (part === undefined) return undefined
  return { part, ...(await endOfLog(jobs, job.id, part.source)) }
}
