import type { LogLine } from 'bytenite-uploader/wire-jobs'
import { Hono } from 'hono'
import type { ApiContext, ApiEnv } from '../../http/api-env.js'
import { inBatches, streamText } from '../../http/stream-text.js'
import type { Jobs, LogSource } from '../../jobs/jobs.js'
import { Refusal } from '../../refusal.js'
import { writeShown } from '../log/shown-line.js'
import { savedHeaders } from '../page/send-raw.js'
import { numberOf } from './requested.js'

/** Logs, as they come for a page, and as files. */
export function logRoutes(jobs: Jobs): Hono<ApiEnv> {
  const routes = new Hono<ApiEnv>()

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
  return routes
}

function sourceOf(c: ApiContext): LogSource {
  const { part = 'app' } = c.req.query()
  if (part !== 'app' && part !== 'partitioner' && part !== 'assembler') throw new Refusal(404, `there is no log of ${part}`)
  const [chunk, attempt] = [numberOf(c.req.query('chunk')), numberOf(c.req.query('attempt'))]
  if ((part === 'app') !== (chunk !== undefined)) throw new Refusal(404, 'the log of a task needs its number, and no other does')
  return { part, ...(chunk !== undefined && { chunk }), ...(attempt !== undefined && { attempt }) }
}

async function* writeTexts(lines: AsyncIterable<LogLine>): AsyncGenerator<string> {
  for await (const { log } of lines) yield `${log}\n`
}
