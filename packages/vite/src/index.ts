import { createPlugin, type ByteNiteOptions } from 'rollup-plugin-bytenite/plugin'
import { withoutUserValues, workerPreset, type UserConfig } from './worker-preset.js'
import { addShebang, type RenderedChunk } from './shebang.js'
import { viteHost, type ResolvedConfig } from './vite-host.js'
import type { ByteNiteVitePlugin, ByteNiteViteOptions, ConfigContext } from './types.js'

/**
 * Publishes what `vite build` built, after a successful build. Put it last in `plugins`.
 * @example
 * export default defineConfig({
 *   plugins: [bytenite({ entry: 'src/main.ts', manifest: { platformConfig: { container: 'node:22-slim' } } })],
 * })
 */
export function bytenite({ entry, ...options }: ByteNiteViteOptions = {}): ByteNiteVitePlugin {
  const host = viteHost()
  const plugin: ByteNiteVitePlugin = {
    ...createPlugin('vite-plugin-bytenite', options, host),
    // Vite also closes the bundle of a dev server and of Vitest; only a build may publish.
    apply: 'build',
    enforce: 'post',
    configResolved: (config) => host.onConfig(config),
  }
  if (entry === undefined) return plugin
  return {
    ...plugin,
    config(this: ConfigContext | void, userConfig: UserConfig) {
      const isRolldown = this?.meta?.rolldownVersion !== undefined
      return withoutUserValues(workerPreset(entry, isRolldown), userConfig)
    },
    renderChunk: { order: 'post', handler: addShebang },
  }
}

export type { ByteNiteOptions, ByteNiteViteOptions, ByteNiteVitePlugin, RenderedChunk, ResolvedConfig, UserConfig }
export type { ManifestOptions } from 'bytenite-uploader'
