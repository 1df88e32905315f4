import { createArchive, hashArchive, type Archive } from './archive/archive.js'
import { writeFileAtomically } from './utils/atomic-write.js'
import { ByteNiteError } from './errors.js'
import { selectFiles } from './output/select-files.js'
import { readModuleGraph } from './modules/graph.js'
import { PackageTypes } from './modules/package-types.js'
import { findProblems, reportProblems } from './checks/run-checks.js'
import { ShebangLines } from './checks/shebang-lines.js'
import { createTemplate, type PlannedTemplate } from './manifest/job-template.js'
import { createLeakSearch, type KnownSecret } from './checks/leak-search.js'
import { createManifest, type Manifest } from './manifest/manifest.js'
import { withModuleType } from './modules/module-type.js'
import { resolveOptions, type PackOptions, type PackSummary, type ResolvedOptions } from './options.js'
import { createSchema } from './manifest/parameter-schema.js'

/** A packed output directory. */
export interface PackResult extends PackSummary {
  manifest: Manifest
  archive: Archive
  /** The job template in the archive. */
  plannedTemplate: PlannedTemplate | undefined
}

/**
 * Packs an output directory: puts the manifest together, selects the files, lays out the archive and
 * hashes it, and checks that it would run. Needs no network and no credentials, and writes nothing unless `archiveFile` is set.
 * @throws {ByteNiteError}
 */
export async function pack(options: PackOptions): Promise<PackResult> {
  return packResolved(resolveOptions(options))
}

/** {@link pack} for options that are resolved already. */
export async function packResolved(options: ResolvedOptions): Promise<PackResult> {
  const manifest = await createManifest(options)
  const plannedTemplate = await createTemplate(options, manifest)
  const schema = await createSchema(options)
  const { files: selected, emptyDirectories } = await selectFiles(options)
  const { entrypoint, platform_config: config } = manifest.file
  const byPath = new Map(selected.map((file) => [file.path, file]))
  if (!byPath.has(entrypoint)) {
    throw new ByteNiteError('NO_ENTRYPOINT', `The entrypoint ${entrypoint} is not among the ${selected.length} packed files.`, {
      hint: 'Correct manifest.entrypoint (relative to the output directory), or "include" and "exclude" that leave it out.',
    })
  }
  const graph = /\.[cm]?js$/.test(entrypoint) ? await readModuleGraph(entrypoint, byPath) : undefined
  const typesOfOutput = await PackageTypes.read(selected)
  const files = graph === undefined ? selected : await withModuleType(selected, entrypoint, graph, typesOfOutput)
  const types = files === selected ? typesOfOutput : await PackageTypes.read(files)

  const archive = createArchive(
    manifest,
    { files, emptyDirectories },
    { mtime: options.mtime, schema, template: plannedTemplate?.template },
  )
  const searchLeaks = createLeakSearch(secretsInUse(manifest, options))
  const shebangs = new ShebangLines()
  const hash = await hashArchive(archive, (...piece) => {
    searchLeaks?.(...piece)
    shebangs.inspect(...piece)
  })
  const findings = await findProblems({ manifest, files: byPath, graph, types }, options)
  reportProblems([...findings, ...shebangs.findings], options, config.container)
  if (options.archiveFile !== undefined) await writeArchive(archive, options.archiveFile)
  const sourceMaps = files.filter(({ path }) => path.endsWith('.map')).length
  const { tag, notes } = manifest
  return { tag, files: archive.files, sourceMaps, notes, size: archive.size, hash, manifest, archive, plannedTemplate }
}

/** The credentials that no packed file may hold; the manifest, which is not searched, holds one by design. */
function secretsInUse({ file }: Manifest, { credentials }: ResolvedOptions): KnownSecret[] {
  const { apiKey, accessToken }: { apiKey?: string; accessToken?: string } = { ...credentials }
  return [
    { name: 'API key', value: apiKey },
    { name: 'access token', value: accessToken },
    { name: 'token for the private registry', value: file.platform_config.token },
  ]
}

async function writeArchive(archive: Archive, file: string): Promise<void> {
  try {
    await writeFileAtomically(file, archive.read())
  } catch (error) {
    if (error instanceof ByteNiteError) throw error
    throw new ByteNiteError('ARCHIVE_NOT_WRITTEN', `The archive could not be written to ${file}: ${(error as Error).message}`, {
      hint: 'Make that place writable, or choose another one with the option "archiveFile".',
      cause: error,
    })
  }
}
