import type { Capabilities, Code } from '../../runners/runner.js'
import { tagOf, type PublishedRecord } from '../../store/published-record.js'
import { secretVariables, paramsVariable } from '../services/environment.js'
import type { Job } from '../kept/job.js'
import { JobFailure } from '../job-failure.js'
import { pinnedRecord } from '../services/parts.js'
import type { Plan } from './plan.js'
import type { Services } from '../services/services.js'
import type { Part } from '../kept/stored-job.js'

export interface PlannedCode extends Pick<Plan, 'code' | 'notes'> {
  /** All variables but those of the directories. */
  variables(): Record<string, string>
}

/**
 * @returns `undefined` for `passthrough`
 * @throws {JobFailure} if the machine has not what the part needs, or the revision is gone
 */
export async function planCode(job: Job, part: Part, { store, code, runner, findSecret }: Services): Promise<PlannedCode | undefined> {
  const { parts, params } = job.stored.record
  const pinned = parts?.[part]
  if (pinned?.revision === undefined) return undefined
  const record = pinnedRecord(store, part, pinned)
  if (record === undefined) {
    throw new JobFailure(`Revision ${pinned.revision} of ${pinned.tag}, with which the job started, was removed. Run a new job.`)
  }
  const needs = clamp(record, await runner.capabilities())
  const secrets = record.platformConfig?.secrets ?? []
  return {
    code: {
      ...needs.code,
      directory: await code.appDirectory(record.hash),
      entrypoint: record.entrypoint ?? '',
      image: record.platformConfig?.container ?? '',
      registryLogin: registryLogin(record),
    },
    notes: needs.notes,
    variables: () => ({ ...paramsVariable(part, params[part]), ...secretVariables(secrets, findSecret) }),
  }
}

function registryLogin({ platformConfig }: PublishedRecord): Code['registryLogin'] {
  const { username, token, privateImage } = platformConfig ?? {}
  return privateImage === true && username !== undefined && token !== undefined ? { username, token } : undefined
}

function clamp(record: PublishedRecord, place: Capabilities): { code: Pick<Code, 'cpu' | 'memory' | 'gpu'>; notes: string[] } {
  const { minCpu, minMemory, gpu = [] } = record.deviceRequirements ?? {}
  const notes: string[] = []
  const limit = (wanted: number | undefined, has: number | undefined, unit: string): number | undefined => {
    if (wanted === undefined || has === undefined || wanted <= has) return wanted
    notes.push(`needs ${wanted} ${unit}, and runs with the ${Number(has.toFixed(1))} that this place has`)
    return has
  }
  const available = place.gpu && new Set(place.gpu.map((name) => name.toLowerCase()))
  if (available !== undefined && gpu.length > 0 && !gpu.some((name) => available.has(name.toLowerCase()))) {
    const there = available.size === 0 ? 'no GPU' : (place.gpu ?? []).join(', ')
    throw new JobFailure(`${tagOf(record)} needs a GPU (${gpu.join(' or ')}), and there is ${there}.`)
  }
  return { code: { cpu: limit(minCpu, place.cpu, 'vCPUs'), memory: limit(minMemory, place.memory, 'GB of memory'), gpu }, notes }
}
