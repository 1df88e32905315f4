import type { ChunkRenderer } from './chunk-renderer.js'
import type { BuildScript, RenderOptions, RunTimeFilesPlugin } from './hooks.js'
import { fileOf, mayNameFiles } from './modules.js'

/**
 * Makes the plugin for a bundler: a file that code names by its place beside the source, as in
 * `new URL('./a.wasm', import.meta.url)`, goes into the output, and the code finds it there.
 */
export function createRunTimeFiles(name: string, buildScript: BuildScript): RunTimeFilesPlugin {
  /** Outputs may be made at the same time. */
  const renderers = new Map<string, ChunkRenderer>()

  return {
    name,
    renderStart(options) {
      renderers.delete(keyOf(options))
    },
    renderChunk: {
      order: 'pre',
      async handler(code, chunk, options, { chunks }) {
        const entry = Object.values(chunks).find(({ isEntry }) => isEntry)
        const source = fileOf(entry?.facadeModuleId ?? '')
        // Vite does it by itself for browsers.
        const isForNode = options.format === 'es' && this.environment?.config.consumer !== 'client'
        if (entry === undefined || source === undefined || !isForNode || !mayNameFiles(code)) return null
        // Loaded by a build that needs it, not by every config.
        const { ChunkRenderer } = await import('./chunk-renderer.js')
        const isWatching = this.meta.watchMode
        const renderer = renderers.get(keyOf(options)) ?? new ChunkRenderer(source, entry.fileName, { buildScript, options, isWatching })
        renderers.set(keyOf(options), renderer)
        try {
          return await renderer.render(this, code, chunk)
        } finally {
          // Rollup 3 does not let a plugin watch a file that is found this late.
          if (!this.meta.rollupVersion.startsWith('3.')) for (const file of renderer.files.watched) this.addWatchFile(file)
        }
      },
    },
    generateBundle: {
      order: 'post',
      handler(options, bundle) {
        for (const [fileName, source] of renderers.get(keyOf(options))?.files.contents ?? []) {
          if (!(fileName in bundle)) this.emitFile({ type: 'asset', fileName, source })
        }
      },
    },
  }
}

/** What tells the outputs of a bundle apart. */
export function keyOf({ dir, file }: RenderOptions): string {
  return dir ?? file ?? ''
}
