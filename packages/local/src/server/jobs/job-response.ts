import type { DataSource, JobTemplate } from 'bytenite-uploader/wire'
import type { JobConfig, JobParams, JobRecord, JobResponse } from 'bytenite-uploader/wire-jobs'

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

/** A field of a job as responses have it: also one that is not set. */
export function fieldOf(job: JobRecord, name: string): unknown {
  if (name === 'config') return configOf(job)
  return Object.hasOwn(UNUSED, name) ? UNUSED[name as keyof typeof UNUSED] : job[name as keyof JobRecord]
}

function configOf({ config }: JobRecord): JobConfig {
  const { taskTimeout = 0, jobTimeout = 0, isTestJob = false, maxTaskRetries = 0 } = config
  return { taskTimeout, jobTimeout, isTestJob, maxTaskRetries }
}

/** A job as responses have it. */
export function toWireJob(job: JobRecord, context: ResponseContext): JobRecord {
  const { partitioner = null, app = null, assembler = null } = job.params
  return {
    ...job,
    ...UNUSED,
    config: configOf(job),
    params: { preset: '', partitioner, app, assembler } as JobParams,
    dataSource: withUploadLink(job, context),
    templateInfo: templateOf(job, context),
  }
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
