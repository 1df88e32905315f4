import { resolve } from 'node:path'
import { addShebang, withShebang } from 'rollup-plugin-bytenite/lifecycle'
import type { ManifestOptions } from 'bytenite-uploader/config'
import type { ConfigContext, EntryPlugin } from './types.js'
import { withoutUserValues, workerPreset, type UserConfig } from './worker-preset.js'

/** Bundles a TypeScript or JavaScript file, and everything it imports, into one file for the container's Node. */
export function scriptEntry(name: string, entry: string, manifest: ManifestOptions | undefined): EntryPlugin {
  return {
    name,
    apply: 'build',
    enforce: 'post',
    async config(this: ConfigContext | void, userConfig: object) {
      const user = userConfig as UserConfig
      const isRolldown = this?.meta?.rolldownVersion !== undefined
      const node = await readTarget(resolve(String(user['root'] ?? '.'), entry), manifest)
      return withoutUserValues(workerPreset(entry, node, isRolldown), user)
    },
    outputOptions: withShebang,
    renderChunk: { order: 'post', handler: addShebang },
  }
}

async function readTarget(entry: string, manifest: ManifestOptions | undefined): Promise<number | undefined> {
  const { targetNode } = await import('bytenite-uploader/worker-target')
  // Problems in manifest.json are reported when the app is packed, together with all others.
  return targetNode(entry, manifest).catch(() => undefined)
}
