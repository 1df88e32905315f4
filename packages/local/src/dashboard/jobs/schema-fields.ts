import type { JsonSchema } from 'bytenite-uploader/wire'

/** A parameter that a form has a field for. */
export interface SchemaField {
  name: string
  title: string
  description: string
  isRequired: boolean
  /** How it is entered. What is none of these is JSON. */
  type: 'string' | 'number' | 'integer' | 'boolean' | 'choice' | 'json'
  /** For a choice. */
  choices: unknown[]
  default: unknown
  /** For a number. */
  minimum: number | undefined
  maximum: number | undefined
}

/** The fields of a form for the parameters that a schema describes: one for each property of an object. */
export function fieldsOf(schema: JsonSchema | undefined): SchemaField[] {
  if (typeof schema !== 'object' || schema === null || !isObject(schema['properties'])) return []
  const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : []
  return Object.entries(schema['properties']).map(([name, property]) => {
    const rules = isObject(property) ? property : {}
    const { title, description, enum: choices, minimum, maximum } = rules
    return {
      name,
      title: typeof title === 'string' ? title : name,
      description: typeof description === 'string' ? description : '',
      isRequired: required.includes(name),
      type: typeOf(rules),
      choices: Array.isArray(choices) ? (choices as unknown[]) : [],
      default: rules['default'],
      minimum: typeof minimum === 'number' ? minimum : undefined,
      maximum: typeof maximum === 'number' ? maximum : undefined,
    }
  })
}

function typeOf({ type, enum: choices }: Record<string, unknown>): SchemaField['type'] {
  if (Array.isArray(choices)) return 'choice'
  return type === 'string' || type === 'number' || type === 'integer' || type === 'boolean' ? type : 'json'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
