import type { RunTimeFilesPlugin } from 'rollup-plugin-bytenite/internal'
import type { AddShebang, ByteNitePlugin, HookContext, Logger, OutputBundle, OutputOptions } from 'rollup-plugin-bytenite/lifecycle'

// The plugins by the hooks they have, in shapes that fit the types of every supported version of Vite.

/** `this` in a `config` or `configResolved` hook; Vite has none before version 7. */
export interface ConfigContext {
  meta?: {
    /** Set if Vite bundles with Rolldown. */
    rolldownVersion?: string
    viteVersion?: string
  }
}

/** The part of Vite's resolved config that is used here. */
export interface ResolvedConfig {
  root: string
  mode: string
  /** `false`, in newer versions of Vite, means that no `.env` files are read. */
  envDir: string | false | undefined
  logger: Logger
  logLevel?: string | undefined
  plugins: readonly { name: string }[]
  build: { ssr: boolean | string; watch?: object | null } & BuildPlace
  /** Vite 6 and newer. */
  environments?: Record<string, { build: BuildPlace }>
  /** Vite 6 and newer, and only if the project has several environments. */
  builder?: { buildApp(builder: never): Promise<void> } | undefined
}

/** Where a build writes to. */
export interface BuildPlace {
  /** Absolute, or relative to the root. */
  outDir: string
  write: boolean
  rollupOptions: {
    /** The options of one or several outputs, which may name other directories. */
    output?: unknown
  }
}

/** The part of Vite's builder that is used here. */
export interface Builder {
  /** `isBuilt`, since Vite 7: whether the environment has been built, or has a watcher that builds it. */
  environments: Record<string, { isBuilt?: boolean }>
  build(environment: never): Promise<unknown>
}

/** Notices that several environments are about to be built, before the first one is, and what a build has written. */
export interface ByteNiteAppPlugin {
  name: string
  apply: 'build'
  enforce: 'pre'
  sharedDuringBuild: true
  buildApp: { order: 'pre'; handler(builder: Builder): Promise<void> }
  writeBundle: { order: 'pre'; handler(this: HookContext, options: OutputOptions, bundle: OutputBundle): void }
}

/** Publishes what was built. */
export interface ByteNiteVitePlugin extends ByteNitePlugin {
  apply: 'build'
  enforce: 'post'
  sharedDuringBuild: true
  configResolved(this: ConfigContext | void, config: ResolvedConfig): Promise<void>
  buildApp: { order: 'post'; handler(builder: Builder): Promise<void> }
}

/** Makes the build that of the option `entry`. */
export interface EntryPlugin {
  name: string
  apply: 'build'
  enforce: 'post'
}

/** All files of an output, by their names. */
export type ViteBundle = Record<string, { type: 'chunk' | 'asset' }>

/** `this` in the `generateBundle` hook of an entry that is a folder. */
export interface EntryContext {
  addWatchFile?(file: string): void
  emitFile(file: { type: 'asset'; fileName: string; source: Uint8Array }): unknown
}

/** An {@link EntryPlugin} by the hooks it may have. */
export interface EntryHooks extends EntryPlugin {
  config?(this: ConfigContext | void, config: object): object | Promise<object>
  configResolved?(config: Pick<ResolvedConfig, 'root' | 'mode'>): void
  resolveId?(id: string): string | null
  load?(id: string): string | null
  /** @param error with which the build has failed */
  buildEnd?(this: { warn(message: string): void }, error?: Error): void
  outputOptions?(options: object): object
  renderStart?: RunTimeFilesPlugin['renderStart']
  renderChunk?: { order: 'post'; handler: AddShebang } | RunTimeFilesPlugin['renderChunk']
  generateBundle?: ((this: EntryContext, options: object, bundle: ViteBundle) => Promise<void>) | RunTimeFilesPlugin['generateBundle']
}
