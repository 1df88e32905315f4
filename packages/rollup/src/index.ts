import { createLifecycle } from './lifecycle/lifecycle.js'
import { rollupHost } from './rollup-host.js'
import type { ByteNitePlugin } from './lifecycle/hooks.js'
import type { ByteNiteOptions } from './options.js'

const NAME = 'rollup-plugin-bytenite'

/**
 * Publishes the output of `rollup -c` (or Rolldown) after a successful build. Put it last in `plugins`.
 * @example
 * export default {
 *   input: 'src/main.js',
 *   output: { dir: 'dist', format: 'es' },
 *   plugins: [bytenite({ manifest: { platformConfig: { container: 'node:22-slim' } } })],
 * }
 */
export function bytenite(options: ByteNiteOptions = {}): ByteNitePlugin {
  return createLifecycle(NAME, options, rollupHost(NAME)).hooks
}

export { defineManifest, type ManifestOptions } from 'bytenite-uploader/config'
export { nodeWorker, type NodeWorkerConfig, type NodeWorkerPlugin } from './node-worker.js'
export type { HookContext, InputOptions, OutputBundle, OutputFile, OutputOptions } from './lifecycle/hooks.js'
export type { ByteNiteOptions, ByteNitePlugin }
