import { createLifecycle, type ByteNiteOptions } from 'rollup-plugin-bytenite/lifecycle'
import { AppBuild, type Builder } from './app-build.js'
import { addShebang } from './shebang.js'
import type { ByteNiteAppPlugin, ByteNiteVitePlugin, ByteNiteViteOptions, ConfigContext } from './types.js'
import { viteHost, type ResolvedConfig } from './vite-host.js'
import { withoutUserValues, workerPreset, type UserConfig } from './worker-preset.js'

const NAME = 'vite-plugin-bytenite'

/**
 * Publishes what `vite build` built, after a successful build. Put it last in `plugins`.
 * @example
 * export default defineConfig({
 *   plugins: [bytenite({ entry: 'src/main.ts', manifest: { platformConfig: { container: 'node:22-slim' } } })],
 * })
 */
export function bytenite(options: ByteNiteViteOptions = {}): [ByteNiteAppPlugin, ByteNiteVitePlugin] {
  const { entry, environments, ...others } = options
  const app = new AppBuild(environments)
  const host = viteHost(NAME, environments, app)
  const lifecycle = createLifecycle(NAME, others, host)

  async function finish(builder: Builder): Promise<void> {
    const outcomes = app.finish(builder)
    if (outcomes !== undefined) await lifecycle.conclude(outcomes, { meta: { watchMode: app.isWatching } })
  }

  const beginning: ByteNiteAppPlugin = {
    name: `${NAME}:begin`,
    apply: 'build',
    enforce: 'pre',
    sharedDuringBuild: true,
    buildApp: { order: 'pre', handler: async (builder) => app.begin(builder) },
  }
  const plugin: ByteNiteVitePlugin = {
    ...lifecycle.hooks,
    // Vite also closes the bundle of a dev server and of Vitest; only a build may publish.
    apply: 'build',
    enforce: 'post',
    // One instance sees the builds of all environments.
    sharedDuringBuild: true,
    async configResolved(this: ConfigContext | void, config: ResolvedConfig) {
      await host.onConfig(config)
      // Vite 6 has environments, but no buildApp hook.
      if (this?.meta?.viteVersion === undefined) wrapBuildApp(config)
    },
    buildApp: {
      order: 'post',
      async handler(builder) {
        await app.buildRest(builder)
        await finish(builder)
      },
    },
  }
  if (entry !== undefined) {
    plugin.config = function (this: ConfigContext | void, userConfig: object) {
      const isRolldown = this?.meta?.rolldownVersion !== undefined
      return withoutUserValues(workerPreset(entry, isRolldown), userConfig as UserConfig)
    }
    plugin.renderChunk = { order: 'post', handler: addShebang }
  }
  return [beginning, plugin]

  function wrapBuildApp({ builder: options }: ResolvedConfig): void {
    if (!options) return
    const { buildApp } = options
    options.buildApp = async (builder: Builder) => {
      app.begin(builder)
      await buildApp(builder as never)
      await finish(builder)
    }
  }
}

export type { ByteNiteAppPlugin, ByteNiteOptions, ByteNiteViteOptions, ByteNiteVitePlugin }
export type { ManifestOptions } from 'bytenite-uploader'
