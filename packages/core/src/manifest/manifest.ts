import { commonDirectory, pathWithin } from '../utils/directories.js'
import { ByteNiteError } from '../errors.js'
import { defaultContainer } from './image.js'
import { MANIFEST_FIELDS, type FieldName, type FieldValue, type ManifestProblem, type ManifestSource } from './fields.js'
import type { ManifestOptions } from './manifest-options.js'
import { checkManifest } from './rules.js'
import { readEnvironment, readManifestFile, readPackageJson } from './sources.js'
import type { ResolvedOptions } from '../options.js'
import type { ManifestFile } from '../wire.js'

/** A complete manifest: every rule of the platform that can be checked without the output holds. */
export interface Manifest {
  /** The manifest as `manifest.json` holds it, ready to be written. */
  file: ManifestFile
  /** `name@version`, the tag under which it will be published. */
  tag: string
  /** `apps` or `engines`, by the manifest's type. */
  kind: 'apps' | 'engines'
  /** What a user may want to know about how it came to be, a sentence each. */
  notes: readonly string[]
}

/**
 * Puts the manifest together, field by field: option, environment, `manifest.json`, `package.json`, the bundle, default.
 * @throws {ByteNiteError} `INVALID_MANIFEST` with all problems at once; `NO_ENTRYPOINT`
 */
export async function createManifest(options: ResolvedOptions): Promise<Manifest> {
  const problems: ManifestProblem[] = []
  const fromFile = await readManifestFile(options.root, problems)
  const sources: ManifestSource[] = [
    fromOptions(options.manifest),
    readEnvironment(options.env),
    fromFile.source,
    await readPackageJson(options.root),
  ]
  const chosen = new Map<FieldName, FieldValue>()
  for (const source of sources) {
    for (const [field, value] of source) if (!chosen.has(field)) chosen.set(field, value)
  }
  const setDefault = (field: FieldName, value: unknown, origin: string): void => {
    if (!chosen.has(field) && value !== undefined) chosen.set(field, { value, origin })
  }
  const entries = bundleEntries(options)
  if (entries.length === 1) setDefault('entrypoint', entries[0], 'the bundle')
  const entrypoint = chosen.get('entrypoint')?.value
  setDefault('platform', 'docker', 'the default')
  setDefault('platformConfig.container', defaultContainer(entrypoint), 'the default')
  setDefault('deviceRequirements.minCpu', 2, 'the default')
  setDefault('deviceRequirements.minMemory', 2, 'the default')

  problems.push(...checkManifest(chosen))
  if (entrypoint === undefined) {
    const missing = `is missing, and ${describeEntries(entries)}; name the file that starts a task`
    if (problems.length === 0) throw new ByteNiteError('NO_ENTRYPOINT', `The entrypoint ${missing}.`, { hint: NAME_IT })
    problems.push({ field: 'entrypoint', message: missing })
  }
  if (problems.length > 0) throw invalidManifest(problems)
  for (const key of fromFile.unknownKeys) {
    options.onWarning(`manifest.json has a key "${key}" that is no field of a manifest; it is passed on as it is.`)
  }
  const notes = fromFile.respelled.length > 0 ? [`manifest.json is read as the platform spells it: ${fromFile.respelled.join(', ')}`] : []
  const version = chosen.get('version')
  if (version?.text?.startsWith('0.0.')) {
    notes.push(`package.json's version ${version.text} is 0.0 on the platform, like every 0.0.x: each replaces the one before`)
  }
  return { ...toManifest(chosen, fromFile.unknown), notes }
}

/** The manifest's bytes in the archive. */
export function serializeManifest(manifest: Manifest): Buffer {
  return Buffer.from(`${JSON.stringify(manifest.file, null, 2)}\n`)
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
  if (entries.length === 0) return 'no entry file of a bundle is known'
  return `the bundle has ${entries.length} entry files (${entries.join(', ')})`
}

/** Entry files relative to the directory that becomes `app/`. */
function bundleEntries({ directories, entryFiles }: ResolvedOptions): string[] {
  const base = commonDirectory(directories)
  return entryFiles.map((file) => pathWithin(base, file))
}

function toManifest(fields: ReadonlyMap<FieldName, FieldValue>, unknown: Record<string, unknown>): Omit<Manifest, 'notes'> {
  const file: Record<string, unknown> = { ...unknown }
  for (const [field, { snakePath, omit }] of MANIFEST_FIELDS) {
    const value = fields.get(field)?.value
    if (value === undefined || omit(value)) continue
    const [first, second] = snakePath
    if (second === undefined) file[first] = value
    else file[first] = { ...(file[first] as object | undefined), [second]: value }
  }
  const manifest = file as unknown as ManifestFile
  return {
    file: manifest,
    tag: `${manifest.name}@${manifest.version}`,
    kind: manifest.type === undefined ? 'apps' : 'engines',
  }
}

function invalidManifest(problems: readonly ManifestProblem[]): ByteNiteError {
  const lines = problems.map(({ field, origin, message }) => `  - ${field} ${message}${origin ? ` (from ${origin})` : ''}`)
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
  return new ByteNiteError('INVALID_MANIFEST', `The app's manifest has ${count}:\n${lines.join('\n')}`)
}
