import type { JobConfig } from 'bytenite-uploader/wire-jobs'
import { Refusal } from '../../refusal.js'
import { DEFAULT_DESTINATION } from './data-rules.js'
import { checkParameters } from './parameters.js'
import { findParts, pinParts, requireActive, type FoundParts } from '../services/parts.js'
import type { Services } from '../services/services.js'
import { requireUpload } from '../files/source.js'
import { inState, PARTS, type StoredJob } from '../kept/stored-job.js'

/**
 * The job as it is when it has started, pinned to the revisions that its tags stand for now.
 * @throws {Refusal} 400 if it cannot run
 */
export async function prepareStart(job: StoredJob, config: JobConfig, { store, code, findSecret }: Services): Promise<StoredJob> {
  const { record } = job
  const merged = { ...record.config, ...config }
  if (record.dataSource === null) throw new Refusal(400, `job ${record.id} has no dataSource. Set one; "bypass" stands for no data`)
  if (record.dataSource.dataSourceDescriptor === 'file' && !requireUpload(job).isConfirmed) {
    throw new Refusal(400, `the upload of the file for job ${record.id} was not confirmed. Call uploadcompleted first`)
  }
  const parts = findParts(store, job.tags)
  if (merged.isTestJob !== true) requireActive(parts)
  requireSecrets(parts, (id) => findSecret(id) !== undefined)
  await checkParameters(record.params, parts, code)
  const started = inState(job, 'JOB_STATE_STARTED')
  const now = Date.now()
  return {
    ...started,
    clock: { from: now, paused: 0 },
    record: {
      ...started.record,
      config: merged,
      dataDestination: record.dataDestination ?? DEFAULT_DESTINATION,
      submittedAt: started.record.stateTimestamps.JOB_STATE_STARTED ?? null,
      parts: pinParts(parts),
    },
  }
}

function requireSecrets(parts: FoundParts, isStored: (id: string) => boolean): void {
  const wanted = new Set(PARTS.flatMap((part) => parts[part]?.platformConfig?.secrets ?? []))
  const missing = [...wanted].filter((id) => !isStored(id))
  if (missing.length > 0)
    throw new Refusal(400, `secrets that are not stored: ${missing.join(', ')}. Store them first (POST /auth/secrets)`)
}
