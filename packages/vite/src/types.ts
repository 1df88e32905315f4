import type { ByteNiteOptions, ByteNitePlugin } from 'rollup-plugin-bytenite/lifecycle'
import type { Builder } from './app-build.js'
import type { AddShebang } from './shebang.js'
import type { ResolvedConfig } from './vite-host.js'

export interface ByteNiteViteOptions extends ByteNiteOptions {
  /**
   * The TypeScript or JavaScript file that a task starts with, relative to the root. With it the build becomes one
   * self-contained file for Node, dependencies included; every value of your own config still wins.
   * Without it, your build stays as it is.
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
  config?(this: ConfigContext | void, config: object): object
  renderChunk?: { order: 'post'; handler: AddShebang }
}
