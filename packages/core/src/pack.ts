import { createArchive, hashArchive, type Archive } from './archive.js'
import { writeFileAtomically } from './atomic-write.js'
import { ByteNiteError } from './errors.js'
import { selectFiles } from './files.js'
import { createLeakSearch, type KnownSecret } from './leak-search.js'
import { createManifest, type Manifest } from './manifest.js'
import { resolveOptions, type PackOptions, type PackSummary, type ResolvedOptions } from './options.js'

/** A packed output directory. */
export interface Packed extends PackSummary {
  manifest: Manifest
  archive: Archive
}

/**
 * Packs an output directory: puts the manifest together, selects the files, lays out the archive and
 * hashes it. Needs no network and no credentials, and writes nothing unless `archiveFile` is set.
 * @throws {ByteNiteError}
 */
export async function pack(options: PackOptions): Promise<Packed> {
  return packResolved(resolveOptions(options))
}

/** {@link pack} for options that are resolved already. */
export async function packResolved(options: ResolvedOptions): Promise<Packed> {
  const manifest = await createManifest(options)
  const selection = await selectFiles(options)
  const { files } = selection
  const { entrypoint } = manifest.file
  if (!files.some(({ path }) => path === entrypoint)) {
    throw new ByteNiteError('NO_ENTRYPOINT', `The entrypoint ${entrypoint} is not among the ${files.length} packed files.`, {
      hint: 'Correct manifest.entrypoint (relative to the output directory), or "include" and "exclude" that leave it out.',
    })
  }
  const archive = createArchive(manifest, selection, options.mtime)
  const hash = await hashArchive(archive, createLeakSearch(secretsInUse(manifest, options)))
  if (options.archiveFile !== undefined) await writeArchive(archive, options.archiveFile)
  const sourceMaps = files.filter(({ path }) => path.endsWith('.map')).length
  return { tag: manifest.tag, files: archive.files, sourceMaps, size: archive.size, hash, manifest, archive }
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
