import { join } from 'node:path'
import { ByteNiteError } from '../errors.js'
import { isObject, readJsonFile } from './json-file.js'
import { isForeignManifest, plainKey } from './platform-manifest.js'
import { isLogin, LOGIN_VARIABLES } from './registry-login.js'
import { MANIFEST_FIELDS, show, type FieldName, type ManifestProblem, type ManifestSource } from './fields.js'

/** The content of a project's `manifest.json`. */
export interface ManifestFileContent {
  source: ManifestSource
  /** Top-level keys that are not fields of a manifest, with their values. */
  unknown: Record<string, unknown>
  /** Unknown keys at any depth, for a warning. */
  unknownKeys: string[]
  /** Keys that the platform spells differently, as `found → platform's spelling`. */
  respelled: string[]
}

/**
 * Reads `manifest.json` in the project's root, if it exists and is not that of a web app. The platform ignores the case of its keys, so this accepts
 * `Name`, `platform_config` and `platformConfig`, too.
 */
export async function readManifestFile(root: string, problems: ManifestProblem[]): Promise<ManifestFileContent> {
  const content: ManifestFileContent = { source: new Map(), unknown: {}, unknownKeys: [], respelled: [] }
  const json = await readJsonObject(join(root, 'manifest.json'))
  if (json === undefined || isForeignManifest(json)) return content
  const add = (field: FieldName, key: string, value: unknown): void => {
    const origin = key === field ? 'manifest.json' : `"${key}" in manifest.json`
    if (content.source.has(field)) problems.push({ field, origin, message: 'is set twice, in two spellings' })
    if (isLogin(field)) {
      // The official CLI writes these keys with empty values.
      if (value === '' || value === null) return
      problems.push({
        field,
        origin,
        message: `must not be in a file. Set ${LOGIN_VARIABLES[field]} instead, or an option that reads it from the environment`,
      })
    }
    const spelling =
      MANIFEST_FIELDS.get(field)
        ?.snakePath.filter((part) => part !== undefined)
        .join('.') ?? key
    if (key !== spelling) content.respelled.push(`${key} → ${spelling}`)
    content.source.set(field, { value, origin })
  }
  for (const [key, value] of Object.entries(json)) {
    const group = GROUPS.get(plainKey(key))
    const field = FIELDS.get(plainKey(key))
    if (field !== undefined) add(field, key, value)
    else if (key === '$schema') continue
    else if (group === undefined) {
      content.unknown[key] = value
      content.unknownKeys.push(key)
    } else if (isObject(value)) {
      for (const [inner, innerValue] of Object.entries(value)) {
        const innerField = FIELDS.get(plainKey(`${group}.${inner}`))
        if (innerField !== undefined) add(innerField, `${key}.${inner}`, innerValue)
        else {
          content.unknown[group] = { ...(content.unknown[group] as object | undefined), [inner]: innerValue }
          content.unknownKeys.push(`${key}.${inner}`)
        }
      }
    } else {
      problems.push({ field: key, origin: 'manifest.json', message: `is ${show(value)}; expected an object` })
    }
  }
  return content
}

/** Reads name, version and description from `package.json` in the project's root. */
export async function readPackageJson(root: string): Promise<ManifestSource> {
  const source: ManifestSource = new Map()
  const json = await readJsonObject(join(root, 'package.json'))
  const origin = 'package.json'
  const { name, version, description } = json ?? {}
  if (typeof name === 'string') source.set('name', { value: name.replace(/^@[^/]*\//, ''), origin })
  if (typeof version === 'string') {
    // A prerelease is not shortened: 1.2.0-beta.1 must not replace 1.2.
    source.set('version', { value: version.replace(/^(\d+\.\d+)\.\d+(?:\+.*)?$/, '$1'), origin, text: version })
  }
  if (typeof description === 'string' && description !== '') source.set('description', { value: description, origin })
  return source
}

const FIELDS: ReadonlyMap<string, FieldName> = new Map([...MANIFEST_FIELDS.keys()].map((field) => [plainKey(field), field]))

/** Normalized name of each object in a manifest → its name in `manifest.json`. */
const GROUPS: ReadonlyMap<string, string> = new Map(
  [...MANIFEST_FIELDS.values()].flatMap(({ path, snakePath }) =>
    path[1] === undefined ? [] : [[plainKey(path[0]), snakePath[0]] as const],
  ),
)

async function readJsonObject(file: string): Promise<Record<string, unknown> | undefined> {
  const json = await readJsonFile(file, 'INVALID_MANIFEST')
  if (json === undefined || isObject(json)) return json
  throw new ByteNiteError('INVALID_MANIFEST', `${file} must contain a JSON object.`)
}
