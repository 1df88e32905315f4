import { createArchive, hashArchive, type Archive } from './archive.js'
import { writeFileAtomically } from './atomic-write.js'
import { ByteNiteError } from './errors.js'
import { selectFiles } from './files.js'
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
  const files = await selectFiles(options)
  const { entrypoint } = manifest.file
  if (!files.some(({ path }) => path === entrypoint)) {
    throw new ByteNiteError('NO_ENTRYPOINT', `The entrypoint ${entrypoint} is not among the ${files.length} packed files.`, {
      hint: 'Correct manifest.entrypoint (relative to the output directory), or "include" and "exclude" that leave it out.',
    })
  }
  const archive = createArchive(manifest, files)
  const hash = await hashArchive(archive)
  if (options.archiveFile !== undefined) await writeArchive(archive, options.archiveFile)
  return { tag: manifest.tag, files: archive.files, size: archive.size, hash, manifest, archive }
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
