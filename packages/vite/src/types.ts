import type { ByteNiteOptions, ByteNitePlugin } from 'rollup-plugin-bytenite/plugin'
import type { AddShebang } from './shebang.js'
import type { ResolvedConfig } from './vite-host.js'
import type { UserConfig } from './worker-preset.js'

export interface ByteNiteViteOptions extends ByteNiteOptions {
  /**
   * The TypeScript or JavaScript file that a task starts with, relative to the root. With it the build becomes one
   * self-contained file for Node, dependencies included; every value of your own config still wins.
   * Without it, your build stays as it is.
   */
  entry?: string | undefined
}

/** Vite's context of a `config` hook; absent before Vite 7. */
export interface ConfigContext {
  meta?: { rolldownVersion?: string }
}

/** The plugin by the hooks it has, in shapes to which Vite's own types can be assigned in every version. */
export interface ByteNiteVitePlugin extends ByteNitePlugin {
  apply: 'build'
  enforce: 'post'
  configResolved(config: ResolvedConfig): Promise<void>
  config?(this: ConfigContext | void, config: UserConfig): UserConfig
  renderChunk?: { order: 'post'; handler: AddShebang }
}
