import { basename } from 'node:path'
import type { ManifestOptions } from 'bytenite-uploader/config'
import { overrideSettings } from 'bytenite-uploader/internal/override'
import { explaining } from 'rollup-plugin-bytenite/internal'
import { checkPluginOptions, createLifecycle } from 'rollup-plugin-bytenite/lifecycle'
import { AppBuild } from './app-build.js'
import { checkEntry, isJavaScript } from './entry.js'
import { folderEntry } from './folder-entry.js'
import { lookAhead } from './look-ahead.js'
import { scriptEntry } from './script-entry.js'
import { VITE_OPTION_NAMES, type ByteNiteViteOptions } from './options.js'
import type { Builder, ByteNiteAppPlugin, ByteNiteVitePlugin, ConfigContext, EntryPlugin, ResolvedConfig } from './types.js'
import { viteHost } from './vite-host.js'

const NAME = 'vite-plugin-bytenite'

/**
 * Publishes the output of `vite build` after a successful build. Put it last in `plugins`.
 * @example
 * export default defineConfig({
 *   plugins: [bytenite({ entry: 'src/main.ts', manifest: { platformConfig: { container: 'node:22-slim' } } })],
 * })
 * @throws {ByteNiteError} `INVALID_OPTION` for an unknown name of an option
 */
export function bytenite(options: ByteNiteViteOptions = {}): [ByteNiteAppPlugin, ...EntryPlugin[], ByteNiteVitePlugin] {
  const { entry, environments, ...others } = explaining(() => {
    checkPluginOptions(options, VITE_OPTION_NAMES)
    return overrideSettings(options)
  })
  const entryPlugins = createEntryPlugins(entry, others.manifest)
  const entryAsset = entry === undefined || isJavaScript(entry) ? undefined : basename(entry)
  const app = new AppBuild(environments)
  const host = viteHost({ name: NAME, entry, entryAsset, environments, app })
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
    writeBundle: {
      // Before Vite's own, which waits until all sizes are reported.
      order: 'pre',
      handler(outputOptions, bundle) {
        const { root, finishedBy } = host.environment(this)
        const isPacked = finishedBy === undefined && (!this.meta.watchMode || others.watch === true)
        if (isPacked && others.checks !== false) lookAhead(outputOptions, bundle, root)
      },
    },
  }
  const plugin: ByteNiteVitePlugin = {
    ...lifecycle.hooks,
    // Vite also closes the bundle of a dev server and of Vitest. Only a build may publish.
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
  return [beginning, ...entryPlugins, plugin]

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

function createEntryPlugins(entry: unknown, manifest: ManifestOptions | undefined): EntryPlugin[] {
  if (entry === undefined) return []
  checkEntry(entry)
  const name = `${NAME}:entry`
  return isJavaScript(entry) ? scriptEntry(name, entry, manifest) : [folderEntry(name, entry)]
}

export { defineManifest, type ManifestOptions } from 'bytenite-uploader/config'
export type {
  ByteNiteOptions,
  ByteNitePlugin,
  HookContext,
  InputOptions,
  Logger,
  OutputBundle,
  OutputFile,
  OutputOptions,
} from 'rollup-plugin-bytenite/lifecycle'
export type { ByteNiteViteOptions } from './options.js'
export type { Builder, BuildPlace, ByteNiteAppPlugin, ByteNiteVitePlugin, ConfigContext, EntryPlugin, ResolvedConfig } from './types.js'
