/** The fields of a manifest by the names the options use: what the other modules about manifests share. */
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

/** A field's value as found, unchecked, and where it was found. */
export interface FieldValue {
  value: unknown
  origin: string
  /** What it was made of, if it was changed. */
  text?: string
}

/** All that one source says of the manifest. */
export type ManifestSource = Map<FieldName, FieldValue>

/** One broken rule. */
export interface ManifestProblem {
  field: string
  /** Where the value was found, if there is one. */
  origin?: string
  /** What is wrong and what was expected; follows the field's name in a sentence. */
  message: string
}

interface Field {
  /** Key, or outer and inner key, in the options. */
  path: [string, string?]
  /** The same in `manifest.json`. */
  snakePath: [string, string?]
  /** Values that `manifest.json` does not need, because leaving them out means the same. */
  omit: (value: unknown) => boolean
}

const never = (): boolean => false
const empty = (value: unknown): boolean => Array.isArray(value) && value.length === 0

/** In the order in which `manifest.json` lists them. */
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

/** How a value appears in a message: as JSON, cut. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}
