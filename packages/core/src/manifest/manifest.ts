import { ByteNiteError } from '../errors.js'
import { join, relative } from 'node:path'
import { plainText } from '../plain-text.js'
import { defaultContainer } from './image.js'
import { MANIFEST_FIELDS, type FieldName, type FieldValue, type ManifestProblem, type ManifestSource } from './fields.js'
import type { ManifestOptions } from './manifest-options.js'
import { checkManifest } from './rules.js'
import { readManifestFile, readPackageJson } from './sources.js'
import type { Secret } from '../utils/secret.js'
import type { ManifestFile } from '../wire.js'

/** The options of the manifest. */
export interface ManifestInput {
  /** The directory of `package.json` and `manifest.json`; absolute. */
  projectRoot: string
  /** Without the registry's token. */
  manifest: ManifestOptions
  /** The login of a private registry. */
  login: ManifestSource
  /** Entry files of the bundle, relative to the directory that becomes `app/`. */
  entries: readonly string[]
  onWarning: (message: string) => void
}

/** A complete manifest that meets all rules of the platform, except those that depend on the output. */
export interface Manifest {
  /** The content of `manifest.json`, without the registry's token. */
  file: ManifestFile
  /** The token for a private registry. It goes into the archive and nowhere else. */
  registryToken: Secret | undefined
  /** `name@version`, the tag under which it will be published. */
  tag: string
  /** `apps` or `engines`, depending on the manifest's type. */
  kind: 'apps' | 'engines'
  /** Remarks on how it was created, one sentence each. */
  notes: readonly string[]
}

/**
 * Creates the manifest. Each field comes from the first source that sets it: option, environment, `manifest.json`,
 * `package.json`, the bundle, default.
 * @throws {ByteNiteError} `INVALID_MANIFEST`, listing all problems; `NO_ENTRYPOINT`
 */
export async function createManifest(input: ManifestInput): Promise<Manifest> {
  const problems: ManifestProblem[] = []
  const fromFile = await readManifestFile(input.projectRoot, problems)
  const sources: ManifestSource[] = [input.login, fromOptions(input.manifest), fromFile.source, await readPackageJson(input.projectRoot)]
  const chosen = new Map<FieldName, FieldValue>()
  for (const source of sources) {
    for (const [field, value] of source) if (!chosen.has(field)) chosen.set(field, value)
  }
  const setDefault = (field: FieldName, value: unknown, origin: string): void => {
    if (!chosen.has(field) && value !== undefined) chosen.set(field, { value, origin })
  }
  const { entries } = input
  if (entries.length === 1) setDefault('entrypoint', entries[0], 'the bundle')
  const entrypoint = chosen.get('entrypoint')?.value
  setDefault('platform', 'docker', 'the default')
  setDefault('platformConfig.container', defaultContainer(entrypoint), 'the default')
  setDefault('deviceRequirements.minCpu', 2, 'the default')
  setDefault('deviceRequirements.minMemory', 2, 'the default')

  problems.push(...checkManifest(chosen))
  if (entrypoint === undefined) {
    const missing = `is missing, and ${describeEntries(entries)}. Set it to the file that starts a task`
    if (problems.length === 0) throw new ByteNiteError('NO_ENTRYPOINT', `The entrypoint ${missing}.`, { hint: NAME_IT })
    problems.push({ field: 'entrypoint', message: missing })
  }
  if (problems.length > 0) throw invalidManifest(problems)
  for (const key of fromFile.unknownKeys) {
    input.onWarning(`Unknown key "${key}" in manifest.json; passing it through unchanged.`)
  }
  const notes =
    fromFile.respelled.length > 0 ? [`Converted keys of manifest.json to the platform's spelling: ${fromFile.respelled.join(', ')}`] : []
  const named = chosen.get('name')
  const isFromFile = named !== undefined && /package\.json$|manifest\.json$/.test(named.origin)
  if (isFromFile && input.projectRoot !== process.cwd()) {
    notes.push(`named by ${relative(process.cwd(), join(input.projectRoot, named.origin.replace(/^.* in /, '')))}`)
  }
  const version = chosen.get('version')
  if (version?.text?.startsWith('0.0.')) {
    notes.push(
      `package.json's version ${version.text} becomes 0.0 on the platform, like every 0.0.x, so each publish replaces the previous one`,
    )
  }
  return { ...toManifest(chosen, fromFile.unknown), notes: notes.map((note) => plainText(note)) }
}

/** Serializes `manifest.json` for the archive. */
export function serializeManifest(manifest: Manifest): Buffer {
  return Buffer.from(`${JSON.stringify(withToken(manifest), null, 2)}\n`)
}

/** Inserts the token before the names of secrets, as in the order of the fields. */
function withToken({ file, registryToken }: Manifest): ManifestFile {
  if (registryToken === undefined) return file
  const { secrets, ...config } = file.platform_config
  return { ...file, platform_config: { ...config, token: registryToken.reveal(), ...(secrets && { secrets }) } }
}

function fromOptions(manifest: ManifestOptions): ManifestSource {
  const source: ManifestSource = new Map()
  for (const [field, { path }] of MANIFEST_FIELDS) {
    const [first, second] = path
    const outer: unknown = manifest[first as keyof ManifestOptions]
    const value = second === undefined ? outer : (outer as Record<string, unknown> | undefined)?.[second]
    if (value !== undefined) source.set(field, { value, origin: `the option "manifest.${field}"` })
  }
  return source
}

const NAME_IT = 'For example: manifest: { entrypoint: "main.js" }, relative to the output directory.'

function describeEntries(entries: readonly string[]): string {
  if (entries.length === 0) return 'the bundle has no entry file'
  return `the bundle has ${entries.length} entry files (${entries.join(', ')})`
}

function toManifest(fields: ReadonlyMap<FieldName, FieldValue>, unknown: Record<string, unknown>): Omit<Manifest, 'notes'> {
  const file: Record<string, unknown> = { ...unknown }
  for (const [field, { snakePath, omit }] of MANIFEST_FIELDS) {
    const value = fields.get(field)?.value
    if (value === undefined || omit(value) || field === 'platformConfig.token') continue
    const [first, second] = snakePath
    if (second === undefined) file[first] = value
    else file[first] = { ...(file[first] as object | undefined), [second]: value }
  }
  const manifest = file as unknown as ManifestFile
  return {
    file: manifest,
    registryToken: fields.get('platformConfig.token')?.value as Secret | undefined,
    tag: `${manifest.name}@${manifest.version}`,
    kind: manifest.type === undefined ? 'apps' : 'engines',
  }
}

function invalidManifest(problems: readonly ManifestProblem[]): ByteNiteError {
  const details = problems.map(({ field, origin, message }) => `  - ${field} ${message}${origin ? ` (from ${origin})` : ''}`)
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  return new ByteNiteError('INVALID_MANIFEST', `Invalid manifest (${count}):`, { details })
}
