import { defaultContainer, parseNodeImage } from './manifest/image.js'
import type { ManifestOptions } from './manifest/manifest-options.js'
import { readManifestFile } from './manifest/sources.js'

/**
 * Finds the Node version to build an app for, from the name of its container: the option, `manifest.json`, or the default.
 * @returns the major version; `undefined` if the container's name does not contain it
 * @throws {ByteNiteError} `INVALID_MANIFEST`
 */
export async function targetNode(root: string, manifest: ManifestOptions = {}): Promise<number | undefined> {
  const { source } = await readManifestFile(root, [])
  const container = manifest.platformConfig?.container ?? source.get('platformConfig.container')?.value ?? defaultContainer()
  return typeof container === 'string' ? parseNodeImage(container)?.node.major : undefined
}
