import { resolve } from 'node:path'
import { createRunTimeFiles } from 'rollup-plugin-bytenite/internal'
import { addShebang, withShebang } from 'rollup-plugin-bytenite/lifecycle'
import type { ManifestOptions } from 'bytenite-uploader/config'
import { missingEntry } from './entry.js'
import { buildScript, type OuterBuild } from './script-build.js'
import type { ConfigContext, EntryHooks } from './types.js'
import { withoutUserValues, workerPreset, type UserConfig } from './worker-preset.js'

/**
 * Bundles a TypeScript or JavaScript file, and everything it imports, into one file for the container's Node. What it reads or
 * runs beside itself goes into the output too.
 */
export function scriptEntry(name: string, entry: string, manifest: ManifestOptions | undefined): EntryHooks[] {
  const build: OuterBuild = { config: {}, preset: {}, root: '', mode: '' }
  return [
    {
      ...createRunTimeFiles(name, (script) => buildScript(script, build)),
      apply: 'build',
      enforce: 'post',
      async config(this: ConfigContext | void, userConfig: object) {
        const user = userConfig as UserConfig
        const node = await readTarget(resolve(String(user['root'] ?? '.'), entry), manifest)
        build.config = user
        build.preset = workerPreset(entry, node, this?.meta?.rolldownVersion)
        return withoutUserValues(build.preset, user)
      },
      configResolved({ root, mode }) {
        build.root = root
        build.mode = mode
      },
    },
    {
      name: `${name}:missing`,
      apply: 'build',
      enforce: 'post',
      buildEnd(error) {
        const reason = error === undefined ? undefined : missingEntry(entry, build.root)
        if (reason !== undefined) this.warn(reason)
      },
    },
    {
      name: `${name}:shebang`,
      apply: 'build',
      enforce: 'post',
      outputOptions: withShebang,
      renderChunk: { order: 'post', handler: addShebang },
    },
  ]
}

async function readTarget(entry: string, manifest: ManifestOptions | undefined): Promise<number | undefined> {
  const { targetNode } = await import('bytenite-uploader/worker-target')
  // Problems in manifest.json are reported when the app is packed, together with all others.
  return targetNode(entry, manifest).catch(() => undefined)
}
