import { JobFailure } from '../job-failure.js'
import type { Part } from '../kept/stored-job.js'

/** A secret, as `POST /auth/secrets` has it. */
interface Secret {
  id: string
  secretType: string
  accessKey: string
  secretKey: string
}

/** Finds a secret by its ID, which is case-sensitive. */
export type FindSecret = (id: string) => Secret | undefined

const PARAMS_VARIABLE: Readonly<Record<Part, string>> = {
  partitioner: 'PARTITIONER_PARAMS',
  app: 'APP_PARAMS',
  assembler: 'ASSEMBLER_PARAMS',
}

/** The longest variable that Linux allows, with its name. Bytes. */
const MAX_VARIABLE = 128 * 1024

/** The parameters of a part, as JSON. */
export function paramsVariable(part: Part, params: unknown): Record<string, string> {
  return { [PARAMS_VARIABLE[part]]: JSON.stringify(params ?? {}) }
}

/** Why parameters cannot be passed to a program; `undefined` if they can. */
export function whyTooLong(part: Part, params: unknown): string | undefined {
  const [[name, value] = ['', '']] = Object.entries(paramsVariable(part, params))
  if (Buffer.byteLength(`${name}=${value}`) < MAX_VARIABLE) return undefined
  return `params.${part}: larger than ${MAX_VARIABLE / 1024} KiB, the most that a variable of an environment can have. Pass it as the job's data`
}

/**
 * The variables of secrets: `ID_ACCESS_KEY` and `ID_SECRET_KEY`, or `ID` for those of type `other`.
 * @throws {JobFailure} for one that is not stored
 */
export function secretVariables(ids: readonly string[], find: FindSecret): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const id of ids) {
    const secret = find(id)
    if (secret === undefined) throw new JobFailure(`The secret "${id}" is not stored any more. Store it, then run the job again.`)
    if (secret.secretType === 'other') variables[id] = secret.secretKey
    else Object.assign(variables, { [`${id}_ACCESS_KEY`]: secret.accessKey, [`${id}_SECRET_KEY`]: secret.secretKey })
  }
  return variables
}
