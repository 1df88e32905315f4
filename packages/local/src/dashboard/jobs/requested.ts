import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import type { ApiContext } from '../../http/api-env.js'
import type { Jobs, TaskDetail } from '../../jobs/jobs.js'
import { Refusal } from '../../refusal.js'

/** The task that a path names. @throws {Refusal} 404 */
export async function taskOf(jobs: Jobs, c: ApiContext): Promise<{ job: JobRecord; detail: TaskDetail }> {
  const { id = '', chunk = '' } = c.req.param() as Record<string, string>
  const job = jobs.get(id)
  return { job, detail: await jobs.task(id, numberOf(chunk) ?? 0) }
}

/** A number in a path or a query. @returns `undefined` where there is none @throws {Refusal} 404 for what is no number */
export function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,9}$/.test(text)) throw new Refusal(404, `there is no task or attempt ${text}`)
  return Number(text)
}
