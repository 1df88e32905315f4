import { dirname } from 'node:path'
import { defaultContainer, parseNodeImage } from './manifest/image.js'
import type { ManifestOptions } from './manifest/manifest-options.js'
import { findProjectRoot } from './manifest/project-root.js'
import { readManifestFile } from './manifest/sources.js'

/**
 * Finds the Node version to build an app for, from the name of its container: the option, `manifest.json`, or the default.
 * @param entry source of the app's entry; absolute
 * @returns the major version; `undefined` if the container's name does not contain it
 * @throws {ByteNiteError} `INVALID_MANIFEST`
 */
export async function targetNode(entry: string, manifest: ManifestOptions = {}): Promise<number | undefined> {
  const root = dirname(entry)
  const { source } = await readManifestFile(findProjectRoot({ root, base: root, entrySources: [entry] }), [])
  const container = manifest.platformConfig?.container ?? source.get('platformConfig.container')?.value ?? defaultContainer()
  return typeof container === 'string' ? parseNodeImage(container)?.node.major : undefined
}
