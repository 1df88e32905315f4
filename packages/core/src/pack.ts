import { createArchive, hashArchive, type Archive } from './archive/archive.js'
import type { ArchiveHash } from './archive/hash.js'
import { isOwnArchive, writeArchiveFile } from './archive/archive-file.js'
import type { Finding } from './checks/codes.js'
import type { KnownSecret } from './checks/leak-search.js'
import { createInspection } from './checks/inspection.js'
import { findProblems, hasErrors, reportProblems } from './checks/run-checks.js'
import { ByteNiteError } from './errors.js'
import type { PlannedTemplate } from './manifest/job-template.js'
import type { Manifest } from './manifest/manifest.js'
import { readProject, type Project } from './manifest/project.js'
import { readOutput } from './modules/output.js'
import type { PackOptions, PackSummary, ResolvedOptions } from './options.js'
import { checkPlace, isOwnRecord } from './record/guard.js'
import { resolveOptions } from './resolve-options.js'
import { outputsAmong } from './output/output-directory.js'
import type { Activity } from './stamps/build-stamps.js'
import { refuseConcurrentBuilds, whileStamped } from './stamps/concurrent-builds.js'

/** A packed output directory. */
export interface PackResult extends PackSummary {
  /** SHA-256 of the tar. */
  hash: ArchiveHash
  /** Without the registry's token. */
  manifest: Manifest
  archive: Archive
  /** The job template in the archive. */
  plannedTemplate: PlannedTemplate | undefined
}

/**
 * Packs an output directory: creates the manifest, selects the files, lays out the archive, hashes it, and checks that it
 * can run. Needs neither network nor credentials. Writes no files unless `archiveFile` is set. An output that another process
 * builds into meanwhile is an error.
 * @throws {ByteNiteError}
 * @throws the reason of `signal`
 */
export async function pack(options: PackOptions): Promise<PackResult> {
  const resolved = resolveOptions(options)
  return whileInUse(resolved, 'pack', () => packResolved(resolved))
}

/** Runs something during which other processes are told that this one uses the output. */
export function whileInUse<Result>(options: ResolvedOptions, activity: Activity, run: () => Promise<Result>): Promise<Result> {
  return whileStamped(withOutputs(options), activity, run)
}

/** Nothing will be done with a directory that nobody meant. A stamp in the whole disk would be in the way of every build. */
function withOutputs(options: ResolvedOptions): ResolvedOptions {
  return { ...options, directories: outputsAmong(options.directories, options.root) }
}

/**
 * Makes sure, before anything is touched, that the options `record` and `archiveFile` destroy no file of the user's.
 * @throws {ByteNiteError} `INVALID_OPTION`
 */
export async function checkOwnFiles(options: ResolvedOptions): Promise<void> {
  const { record, archiveFile } = options
  if (archiveFile !== undefined && archiveFile === record) {
    throw new ByteNiteError('INVALID_OPTION', `The options "record" and "archiveFile" both name ${record}.`)
  }
  if (typeof record === 'string') await checkPlace('record', record, options, isOwnRecord)
  if (archiveFile !== undefined) await checkPlace('archiveFile', archiveFile, options, isOwnArchive)
}

/** {@link pack} with resolved options. */
export async function packResolved(options: ResolvedOptions): Promise<PackResult> {
  options.signal?.throwIfAborted()
  await checkOwnFiles(options)
  return readLayout(await layOut(await readProject(options), options), options)
}

/** A packed output, with all that the checks found. */
export interface Examined extends PackResult {
  findings: readonly Finding[]
}

/** Packs, and returns what the checks found instead of reporting it. @throws {ByteNiteError} */
export async function examine(options: ResolvedOptions): Promise<Examined> {
  const { layout, findings } = await plan(await readProject(options), options)
  const { hash, findings: inContent } = await inspectContent(layout, options)
  return { ...layout, hash, findings: [...findings, ...inContent] }
}

/** An archive that was not read yet, so that its hash is not known. */
export type Layout = Omit<PackResult, 'hash'>

/**
 * Selects the files, lays out the archive, and runs the checks that need no content but that of modules.
 * @throws {ByteNiteError}
 */
export async function layOut(project: Project, options: ResolvedOptions): Promise<Layout> {
  const { layout, findings } = await plan(project, options)
  // An error lists all problems, so those of the content too.
  if (hasErrors(findings, options.checks)) findings.push(...(await inspectContent(layout, options)).findings)
  reportProblems(findings, options, project.manifest.file.platform_config.container)
  return layout
}

async function plan({ manifest, template, schema }: Project, options: ResolvedOptions): Promise<{ layout: Layout; findings: Finding[] }> {
  refuseConcurrentBuilds(withOutputs(options))
  const output = await readOutput(options, manifest.file.entrypoint, options.checks !== false)
  const archive = createArchive(manifest, output, { mtime: options.mtime, schema, template: template?.template })
  const sourceMaps = output.files.filter(({ path }) => path.endsWith('.map')).length
  const { tag, notes } = manifest
  const layout = { tag, files: archive.files, sourceMaps, notes, size: archive.size, manifest, archive, plannedTemplate: template }
  return { layout, findings: findProblems(manifest, output, options) }
}

/** Hashes a laid out archive, checks the content of its files, and writes it to `archiveFile`. @throws {ByteNiteError} */
export async function readLayout(layout: Layout, options: ResolvedOptions): Promise<PackResult> {
  const { signal, archiveFile } = options
  const { hash, findings } = await inspectContent(layout, options)
  reportProblems(findings, options, layout.manifest.file.platform_config.container)
  if (archiveFile !== undefined) {
    const remedy = 'Make that path writable, or set the option "archiveFile" to another one.'
    await writeArchiveFile(archiveFile, layout.archive.read({ signal }), remedy)
  }
  return { ...layout, hash }
}

async function inspectContent(
  { manifest, archive }: Layout,
  options: ResolvedOptions,
): Promise<{ hash: ArchiveHash; findings: readonly Finding[] }> {
  const inspection = createInspection(secretsInUse(manifest, options), 'Nothing was uploaded.')
  const hash = await hashArchive(archive, { inspect: inspection.inspect, signal: options.signal })
  // One that began meanwhile may have changed what had not been read yet.
  refuseConcurrentBuilds(options)
  return { hash, findings: inspection.findings() }
}

/** The credentials that must not be in any packed file. The manifest is not searched, because it contains one by design. */
export function secretsInUse({ registryToken }: Manifest, { credentials }: ResolvedOptions): KnownSecret[] {
  const { apiKey, accessToken }: { apiKey?: string; accessToken?: string } = { ...credentials?.reveal() }
  return [
    { name: 'API key', value: apiKey },
    { name: 'access token', value: accessToken },
    { name: 'token for the private registry', value: registryToken?.reveal() },
  ]
}
