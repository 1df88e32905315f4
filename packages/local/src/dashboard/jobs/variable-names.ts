import type { JobRecord } from 'bytenite-uploader/wire-jobs'
import { pinnedRecord } from '../../jobs/services/parts.js'
import type { Store } from '../../store/store.js'

const OWN = ['APP_PARAMS', 'CHUNK_NUMBER', 'TASK_DIR', 'TASK_RESULTS_DIR']

/** The variables that a task finds, besides those of the system. Their values are not shown: some are secret. */
export function variableNames(store: Store, { parts }: JobRecord): string[] {
  const secrets = (parts && pinnedRecord(store, 'app', parts.app)?.platformConfig?.secrets) ?? []
  return [...OWN, ...secrets.flatMap((id) => secretNames(store.secrets.secret(id)?.secretType, id))]
}

function secretNames(type: string | undefined, id: string): string[] {
  return type === 'other' ? [id] : [`${id}_ACCESS_KEY`, `${id}_SECRET_KEY`]
}
