/** The fields of a manifest, named as in the options. */
export type FieldName =
  | 'name'
  | 'version'
  | 'description'
  | 'type'
  | 'platform'
  | 'entrypoint'
  | 'platformConfig.container'
  | 'platformConfig.privateImage'
  | 'platformConfig.username'
  | 'platformConfig.token'
  | 'platformConfig.secrets'
  | 'deviceRequirements.minCpu'
  | 'deviceRequirements.minMemory'
  | 'deviceRequirements.gpu'

/** A field's unchecked value, and its source. */
export interface FieldValue {
  value: unknown
  origin: string
  /** The original text, if the value was derived from it. */
  text?: string
}

/** The fields of the manifest that one source sets. */
export type ManifestSource = Map<FieldName, FieldValue>

/** One broken rule. */
export interface ManifestProblem {
  field: string
  /** The source of the value, if there is a value. */
  origin?: string
  /** The problem and the expected value. Continues a sentence that starts with the field's name. */
  message: string
}

interface Field {
  /** Key, or outer and inner key, in the options. */
  path: [string, string?]
  /** The same keys in `manifest.json`. */
  snakePath: [string, string?]
  /** Whether `manifest.json` can omit a value, because it is the platform's default. */
  omit: (value: unknown) => boolean
}

const never = (): boolean => false
const empty = (value: unknown): boolean => Array.isArray(value) && value.length === 0

/** In their order in `manifest.json`. */
export const MANIFEST_FIELDS: ReadonlyMap<FieldName, Field> = new Map<FieldName, Field>([
  ['name', field('name')],
  ['version', field('version')],
  ['description', field('description')],
  ['type', field('type', (value) => value === 'app')],
  ['platform', field('platform')],
  ['entrypoint', field('entrypoint')],
  ['platformConfig.container', field('platformConfig.container')],
  ['platformConfig.privateImage', field('platformConfig.privateImage', (value) => value === false)],
  ['platformConfig.username', field('platformConfig.username')],
  ['platformConfig.token', field('platformConfig.token')],
  ['platformConfig.secrets', field('platformConfig.secrets', empty)],
  ['deviceRequirements.minCpu', field('deviceRequirements.minCpu')],
  ['deviceRequirements.minMemory', field('deviceRequirements.minMemory')],
  ['deviceRequirements.gpu', field('deviceRequirements.gpu', empty)],
])

function field(name: FieldName, omit: (value: unknown) => boolean = never): Field {
  const path = name.split('.') as [string, string?]
  return { path, snakePath: path.map((key) => key && toSnakeCase(key)) as [string, string?], omit }
}

function toSnakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** Formats a value for a message, as truncated JSON. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}
