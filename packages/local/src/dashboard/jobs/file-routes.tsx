import { Hono } from 'hono'
import type { ApiContext, ApiEnv } from '../../http/api-env.js'
import { pathFrom } from '../../http/path-from.js'
import type { Jobs, StoredFile } from '../../jobs/jobs.js'
import { Refusal } from '../../refusal.js'
import { previewFile } from '../page/preview.js'
import { PreviewPage } from '../page/preview-page.js'
import { respond } from '../page/respond.js'
import { sendRaw } from '../page/send-raw.js'
import { Twin } from '../page/twin.js'
import { jobPath, resultPath, taskFilePath, taskPath } from './job-paths.js'
import { taskOf } from './requested.js'
import { sendResultsTar } from './results-tar.js'

/** The files of jobs and tasks, to look at and to save. */
export function fileRoutes(jobs: Jobs): Hono<ApiEnv> {
  const routes = new Hono<ApiEnv>()

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
  return routes
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
