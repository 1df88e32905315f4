import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { hashFile } from '../archive/archive-file.js'
import { describeArchive } from '../contents/describe-archive.js'
import type { ManifestFile } from '../wire.js'
import { archiveInFile, type PackedArchive } from './readable-archive.js'

/**
 * Finds the archive of an app or engine among those that the plugins of a build have left in a directory: that of the same version,
 * else the one of the same name.
 * @param wanted `name`, `name@MAJOR` or `name@MAJOR.MINOR`
 * @returns `undefined` if there is none of that name
 */
export async function findBuilt(directory: string, wanted: string): Promise<PackedArchive | undefined> {
  const [name] = wanted.split('@')
  let found: PackedArchive | undefined
  for (const entry of await readdir(directory)) {
    const file = join(directory, entry)
    const { documents, appFiles } = await describeArchive(createReadStream(file))
    const manifest = documents.get('manifest.json') as ManifestFile
    if (manifest.name !== name) continue
    const tag = `${manifest.name}@${manifest.version}`
    const kind = manifest.type === undefined ? 'apps' : 'engines'
    const archive = { ...archiveInFile(tag, await hashFile(file), (await stat(file)).size, file), kind, manifest, files: appFiles } as const
    if (tag === wanted) return archive
    found ??= archive
  }
  return found
}
