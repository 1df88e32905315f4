import type { AddShebang, ByteNiteOptions, ByteNitePlugin } from 'rollup-plugin-bytenite/lifecycle'
import type { Builder } from './app-build.js'
import type { ResolvedConfig } from './vite-host.js'

export interface ByteNiteViteOptions extends ByteNiteOptions {
  /**
   * The file that a task starts with, relative to the root.
   * - TypeScript or JavaScript: the build becomes one self-contained file for the container's Node, dependencies included
   * - anything else, such as `src/main.py`: its folder is published as it is, and nothing is bundled
   *
   * Every value of your own config still wins. Without an entry, your build stays as it is.
   */
  entry?: string | undefined
  /**
   * Names of the environments whose output is published, such as `['ssr']`. An environment that fails stops the
   * publish, chosen or not.
   * @default every environment that is built
   */
  environments?: readonly string[] | undefined
}

/** Vite's context of a `config` or `configResolved` hook; absent before Vite 7. */
export interface ConfigContext {
  meta?: { rolldownVersion?: string; viteVersion?: string }
}

interface AppHook<Order> {
  order: Order
  handler(builder: Builder): Promise<void>
}

/** Notices, before anything is built, that several environments are about to be. */
export interface ByteNiteAppPlugin {
  name: string
  apply: 'build'
  enforce: 'pre'
  sharedDuringBuild: true
  buildApp: AppHook<'pre'>
}

/** The plugin by the hooks it has, in shapes to which Vite's own types can be assigned in every version. */
export interface ByteNiteVitePlugin extends ByteNitePlugin {
  apply: 'build'
  enforce: 'post'
  sharedDuringBuild: true
  configResolved(this: ConfigContext | void, config: ResolvedConfig): Promise<void>
  buildApp: AppHook<'post'>
}

export type ViteBundle = Record<string, { type: 'chunk' | 'asset' }>

export interface EntryContext {
  addWatchFile?(file: string): void
  emitFile(file: { type: 'asset'; fileName: string; source: Uint8Array }): unknown
}

/** Makes of the option `entry` what is built. */
export interface EntryPlugin {
  name: string
  apply: 'build'
  enforce: 'post'
  config(this: ConfigContext | void, config: object): object | Promise<object>
  configResolved?(config: { root: string }): void
  resolveId?(id: string): string | null
  load?(id: string): string | null
  renderChunk?: { order: 'post'; handler: AddShebang }
  generateBundle?(this: EntryContext, options: object, bundle: ViteBundle): Promise<void>
}
