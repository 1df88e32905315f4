import type { JsonSchema } from 'bytenite-uploader/wire'
import type { JobParams } from 'bytenite-uploader/wire-jobs'
import { Refusal } from '../../refusal.js'
import { whyTooLong } from '../services/environment.js'
import type { FoundParts } from '../services/parts.js'
import { PARTS } from '../kept/stored-job.js'
import type { UnpackedCode } from '../services/unpacked-code.js'

/**
 * Judges parameters by the schemas of the parts.
 * @throws {Refusal} 400 that lists every error with its path
 */
export async function checkParameters(params: JobParams, parts: FoundParts, code: UnpackedCode): Promise<void> {
  const problems: string[] = []
  for (const part of PARTS) {
    const value = params[part] ?? {}
    const tooLong = whyTooLong(part, value)
    if (tooLong !== undefined) problems.push(tooLong)
    const record = parts[part]
    const schema = record && (await code.schema(record.hash))
    if (schema !== undefined) problems.push(...(await judge(value, schema, `params.${part}`)))
  }
  if (problems.length > 0) throw new Refusal(400, problems.join('; '))
}

async function judge(value: unknown, schema: JsonSchema, label: string): Promise<string[]> {
  const { $schema: draft = '' } = typeof schema === 'object' && schema !== null ? schema : {}
  // Loaded here so that only apps with a schema pay for it.
  const { Ajv } = await (String(draft).includes('2020-12')
    ? import('ajv/dist/2020.js').then(({ Ajv2020 }) => ({ Ajv: Ajv2020 }))
    : String(draft).includes('2019-09')
      ? import('ajv/dist/2019.js').then(({ Ajv2019 }) => ({ Ajv: Ajv2019 }))
      : import('ajv'))
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false, validateFormats: false })
  try {
    const validate = ajv.compile(schema)
    if (validate(value)) return []
    return [...new Set((validate.errors ?? []).map((error) => `${label}${error.instancePath}: ${describe(error)}`))]
  } catch (error) {
    return [`${label}: the app's schema.json cannot be used: ${(error as Error).message}. Correct it, and publish again`]
  }
}

function describe({ message = '', params }: { message?: string | undefined; params: Record<string, unknown> }): string {
  const { additionalProperty, allowedValues } = params
  if (typeof additionalProperty === 'string') return `${message} ("${additionalProperty}")`
  return Array.isArray(allowedValues) ? `${message}: ${allowedValues.map((allowed) => JSON.stringify(allowed)).join(', ')}` : message
}
