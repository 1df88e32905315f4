import type { DataSource, JobTemplate } from 'bytenite-uploader/wire'
import type { JobRecord, JobResponse } from 'bytenite-uploader/wire-jobs'

/** What a response needs to know besides the job. */
export interface ResponseContext {
  template(id: string): JobTemplate | undefined
  /** A link by which the job's file can be uploaded. */
  uploadLink(jobId: string): string
}

/** The fields of a job that the API has, and that mean nothing on this platform. */
const UNUSED = {
  priority: 'EXECUTION_PRIORITY_UNDEFINED',
  startAt: null,
  deletedAt: null,
  regions: null,
  paymentAmount: 0,
  numUnitsEstimation: '0',
}

/** A job with all fields that the API has: also those that are not set. */
export function completeJob(job: JobRecord): JobRecord & Record<string, unknown> {
  const { taskTimeout = 0, jobTimeout = 0, isTestJob = false, maxTaskRetries = 0 } = job.config
  const { partitioner = null, app = null, assembler = null } = job.params
  const params = { preset: '', partitioner, app, assembler }
  return { ...job, ...UNUSED, config: { taskTimeout, jobTimeout, isTestJob, maxTaskRetries }, params }
}

/** A job as responses have it. */
export function toWireJob(job: JobRecord, context: ResponseContext): JobRecord & Record<string, unknown> {
  return { ...completeJob(job), dataSource: withUploadLink(job, context), templateInfo: templateOf(job, context) }
}

/** The response to whatever reads or changes one job. */
export function toJobResponse(job: JobRecord, context: ResponseContext): JobResponse {
  return { job: toWireJob(job, context), templateInfo: templateOf(job, context) }
}

function templateOf({ templateId }: JobRecord, { template }: ResponseContext): JobTemplate | null {
  return (templateId === '' ? undefined : template(templateId)) ?? null
}

/** As long as a file can be uploaded. */
function withUploadLink({ id, state, dataSource }: JobRecord, { uploadLink }: ResponseContext): DataSource | null {
  if (state !== 'JOB_STATE_NEW' || dataSource?.dataSourceDescriptor !== 'file') return dataSource
  return { ...dataSource, params: { ...dataSource.params, tempUrl: uploadLink(id) } }
}
