import type { DataSource, JobTemplate } from 'bytenite-uploader/wire'
import type { JobConfig, JobParams, JobRequest } from 'bytenite-uploader/wire-jobs'
import { Refusal } from '../../refusal.js'
import type { PublishedRecord } from '../../store/published-record.js'
import type { Store } from '../../store/store.js'
import { checkDestination, checkSource } from './data-rules.js'
import { findParts } from '../services/parts.js'
import { inState, PARTS, type PartTags, type StoredJob } from '../kept/stored-job.js'

const NO_CONFIG: JobConfig = { taskTimeout: 0, jobTimeout: 0, isTestJob: false, maxTaskRetries: 0 }

/** What a request's job starts from: a template, tags, or the job that it changes. */
interface Origin {
  templateId: string
  tags: PartTags
  defaults: Pick<JobTemplate, 'dataSource' | 'dataDestination' | 'params' | 'config'>
}

/**
 * The job that a request describes: what it has is added to, or replaces, the defaults of its template. What it leaves out of a job
 * that it changes stays as it was.
 * @throws {Refusal} 400
 */
export function createStoredJob(id: string, request: JobRequest, store: Store, existing: StoredJob | undefined): StoredJob {
  const origin = findOrigin(request, store, existing)
  const { tags, defaults } = origin
  const app = findParts(store, tags).app as PublishedRecord
  const createdAt = existing?.record.createdAt ?? new Date().toISOString()
  const blank: StoredJob = {
    tags,
    upload: existing?.upload,
    login: existing?.login,
    record: {
      id,
      templateId: origin.templateId,
      name: request.name ?? existing?.record.name ?? app.name,
      description: request.description ?? existing?.record.description ?? '',
      config: { ...NO_CONFIG, ...defaults.config, ...request.config },
      state: 'JOB_STATE_NEW',
      stateTimestamps: {},
      dataSource: null,
      dataDestination: null,
      params: mergeParams(defaults.params ?? {}, request.params ?? {}),
      createdAt,
      submittedAt: null,
      startedAt: null,
      endedAt: null,
      duration: 0,
      numChunks: 0,
      errorMessage: '',
      appId: app.id,
    },
  }
  const job =
    existing === undefined
      ? inState(blank, 'JOB_STATE_NEW')
      : { ...blank, record: { ...blank.record, stateTimestamps: existing.record.stateTimestamps } }
  return withData(job, { ...dataOf(defaults), ...dataOf(request) })
}

/** The job with another source, or another destination, or both. @throws {Refusal} 400 */
export function withData(job: StoredJob, { dataSource, dataDestination }: Pick<JobRequest, 'dataSource' | 'dataDestination'>): StoredJob {
  let next = job
  if (dataDestination !== undefined) {
    next = { ...next, record: { ...next.record, dataDestination: checkDestination(dataDestination) } }
  }
  if (dataSource === undefined) return next
  const { source, login } = checkSource(dataSource)
  const isSameFile = source.dataSourceDescriptor === 'file' && job.record.dataSource?.dataSourceDescriptor === 'file'
  return {
    ...next,
    // A source that was read from an answer comes back without its password.
    login: login ?? (isSame(source, job.record.dataSource) ? job.login : undefined),
    upload: isSameFile ? job.upload : undefined,
    record: { ...next.record, dataSource: source },
  }
}

function isSame(a: DataSource, b: DataSource | null): boolean {
  return a.dataSourceDescriptor === b?.dataSourceDescriptor && a.params?.['url'] === b.params?.['url']
}

function findOrigin({ templateId, app, partitioner, assembler }: JobRequest, store: Store, existing: StoredJob | undefined): Origin {
  const engines = { ...(partitioner !== undefined && { partitioner }), ...(assembler !== undefined && { assembler }) }
  const kept = existing && keptOrigin(existing)
  if (app !== undefined) {
    return {
      templateId: '',
      tags: { partitioner: 'passthrough', assembler: 'passthrough', app, ...engines },
      defaults: kept?.defaults ?? {},
    }
  }
  if (templateId !== undefined && templateId !== existing?.record.templateId) {
    const template = store.template(templateId)
    if (template === undefined) throw new Refusal(400, `there is no template ${templateId}. Submit it first`)
    const tags = { partitioner: template.partitioner, app: template.app, assembler: template.assembler, ...engines }
    return { templateId, tags, defaults: template }
  }
  if (kept === undefined) throw new Refusal(400, 'a job needs a templateId, or the tag of an app')
  return { ...kept, tags: { ...kept.tags, ...engines } }
}

function keptOrigin({ record, tags }: StoredJob): Origin {
  const { templateId, dataSource, dataDestination, params, config } = record
  return { templateId, tags, defaults: { ...(dataSource && { dataSource }), ...(dataDestination && { dataDestination }), params, config } }
}

function dataOf({
  dataSource,
  dataDestination,
}: Pick<JobRequest, 'dataSource' | 'dataDestination'>): Pick<JobRequest, 'dataSource' | 'dataDestination'> {
  return { ...(dataSource && { dataSource }), ...(dataDestination && { dataDestination }) }
}

/** Within a part, a request's parameters replace those of the same names. */
function mergeParams(defaults: JobParams, given: JobParams): JobParams {
  const parts = PARTS.map((part) => [part, mergeValues(defaults[part], given[part])] as const)
  return Object.fromEntries(parts.filter(([, params]) => params !== undefined && params !== null))
}

function mergeValues(defaults: unknown, given: unknown): unknown {
  return isPlainObject(defaults) && isPlainObject(given) ? { ...defaults, ...given } : (given ?? defaults)
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
