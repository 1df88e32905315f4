import { join } from 'node:path'
import type { Ajv } from 'ajv'
import { ByteNiteError } from '../errors.js'
import { readJsonOption } from './json-file.js'
import type { JsonSchema } from '../wire.js'

/** The options of the parameter schema. */
export interface SchemaInput {
  /** The directory of the project's own files; absolute. */
  projectRoot: string
  /** If it is a path, it is absolute. */
  schema: Exclude<JsonSchema, true> | string | undefined
}

/**
 * Reads the schema of the app's parameters from the option, or from `schema.json` in the project's root.
 * @returns `undefined` if there is neither
 * @throws {ByteNiteError} `INVALID_OPTION` if it is not a valid JSON Schema
 */
export async function createSchema({ schema, projectRoot }: SchemaInput): Promise<JsonSchema | undefined> {
  if (schema === false) return undefined
  const found = await readJsonOption('schema', schema, join(projectRoot, 'schema.json'))
  if (found === undefined) return undefined
  const { value, origin } = found
  const reason = await whyInvalid(value)
  if (reason === undefined) return value as JsonSchema
  throw new ByteNiteError('INVALID_OPTION', `The schema of the app's parameters (from ${origin}) is not a valid JSON Schema: ${reason}.`, {
    hint: 'See https://json-schema.org for the rules. Set "$schema" to choose the draft (draft-07 by default).',
  })
}

async function whyInvalid(schema: unknown): Promise<string | undefined> {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return 'it must be an object'
  const { $schema: draft = 'http://json-schema.org/draft-07/schema#' } = schema as { $schema?: unknown }
  if (typeof draft !== 'string') return '$schema must be a string'
  // Loaded here so that only projects with a schema pay for it.
  const { Ajv } = await (draft.includes('2020-12')
    ? import('ajv/dist/2020.js').then(({ Ajv2020 }) => ({ Ajv: Ajv2020 }))
    : draft.includes('2019-09')
      ? import('ajv/dist/2019.js').then(({ Ajv2019 }) => ({ Ajv: Ajv2019 }))
      : import('ajv'))
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false })
  if (!isKnown(draft, ajv)) return `its draft, ${draft}, is not one of draft-07, 2019-09 and 2020-12`
  if (ajv.validateSchema(schema) === true) return undefined
  const reasons = (ajv.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath || 'it'} ${message}`)
  return [...new Set(reasons)].join('; ')
}

function isKnown(draft: string, ajv: Ajv): boolean {
  try {
    return ajv.getSchema(draft) !== undefined
  } catch {
    // The draft is not a URI.
    return false
  }
}
