import { Hono } from 'hono'
import type { ApiEnv } from '../../http/api-env.js'
import type { Jobs } from '../../jobs/jobs.js'
import type { Store } from '../../store/store.js'
import { respond } from '../page/respond.js'
import { endOfLog } from './end-of-log.js'
import { EnginePage } from './engine-page.js'
import { numberOf, taskOf } from './requested.js'
import { TaskPage } from './task-page.js'
import { variableNames } from './variable-names.js'

/** The pages of a job's tasks, and of its partitioner and assembler. */
export function taskRoutes(store: Store, jobs: Jobs): Hono<ApiEnv> {
  const routes = new Hono<ApiEnv>()

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
        log={await endOfLog(jobs, job.id, attempt === undefined ? undefined : { part: 'app', chunk, attempt })}
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
      const log = await endOfLog(jobs, job.id, attempt === undefined ? undefined : { part, attempt })
      return respond(c, <EnginePage job={job} part={part} attempts={attempts} attempt={attempt} log={log} formToken={c.get('formToken')} />)
    })
  }
  return routes
}
