import { Hono } from 'hono'
import { dispositionName } from '../../jobs/files/file-name.js'
import type { Jobs, LogSource, StoredFile, TaskDetail } from '../../jobs/jobs.js'
import { Refusal } from '../../refusal.js'
import type { Auth } from '../../http/auth.js'
import type { ApiContext, ApiEnv } from '../../http/api-env.js'
import { chunkNumber } from './chunk-number.js'
import { pathFrom } from '../../http/path-from.js'
import { streamBody } from '../../http/request-body.js'
import { sendFile } from '../../http/send-file.js'
import { inBatches, streamText } from '../../http/stream-text.js'
import { checkLink } from '../../http/links.js'
import { writeTexts } from './job-logs.js'

/** What the links to a job's files lead to. They need no token, but a signature. */
export function jobFileRoutes(jobs: Jobs, auth: Auth): Hono<ApiEnv> {
  const routes = new Hono<ApiEnv>()
  const signed = async (c: ApiContext, next: () => Promise<void>): Promise<void> => {
    checkLink(c, auth)
    await next()
  }
  routes.use('/files/*', signed)
  routes.use('/uploads/*', signed)

  routes.get('/files/:id/output/*', async (c) => {
    const name = pathFrom(c, 3)
    return sendStored(c, find(await jobs.results(c.req.param('id'), name), name))
  })
  routes.get('/files/:id/chunks/:chunk', async (c) => sendStored(c, (await taskOf(jobs, c.req.param())).input))
  routes.get('/files/:id/results/:chunk/*', async (c) => sendStored(c, find((await taskOf(jobs, c.req.param())).results, pathFrom(c, 4))))
  routes.get('/files/:id/logs/:chunk/:attempt', (c) => {
    const { id, chunk, attempt } = c.req.param()
    const source: LogSource = { part: 'app', chunk: chunkNumber(chunk), attempt: Number(attempt) }
    return streamText(c, 'text/plain; charset=utf-8', () => inBatches(writeTexts(jobs.log(id, source))))
  })

  routes.put('/uploads/:id', async (c) => {
    await jobs.receiveSource(c.req.param('id'), dispositionName(c.req.header('content-disposition')), streamBody(c))
    return c.body(null, 200)
  })
  return routes
}

function find(files: readonly StoredFile[], name: string): StoredFile {
  const file = files.find((candidate) => candidate.name === name)
  if (file === undefined) throw new Refusal(404, `there is no file ${name}`)
  return file
}

async function taskOf(jobs: Jobs, { id, chunk }: { id: string; chunk: string }): Promise<TaskDetail> {
  return jobs.task(id, chunkNumber(chunk))
}

/** As a file to save: a browser must not show it as a page of this platform. */
function sendStored(c: ApiContext, { file, name }: StoredFile): Promise<Response> {
  const headers = {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name.split('/').at(-1) ?? name)}`,
    'x-content-type-options': 'nosniff',
  }
  return sendFile(c, file, headers).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new Refusal(404, 'this file does not exist any more') : error
  })
}
