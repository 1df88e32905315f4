import { resolve } from 'node:path'
import { ByteNiteError } from 'bytenite-uploader/config'
import { plainText } from 'bytenite-uploader/internal/plain-text'
import { explained } from 'rollup-plugin-bytenite/internal'
import type { Host, Logger, OutputOptions } from 'rollup-plugin-bytenite/lifecycle'
import type { AppBuild } from './app-build.js'
import { findMisencodedFiles } from './env-files.js'
import { findFinishingHost } from './finishing-hosts.js'
import type { BuildPlace, ResolvedConfig } from './types.js'

export interface ViteHostOptions {
  /** Name of the plugin. */
  name: string
  /** File name of an entry that is not bundled. */
  entryAsset: string | undefined
  /** The option `entry`. */
  entry: string | undefined
  /** Environments to publish; `undefined` means all. */
  environments: readonly string[] | undefined
  app: AppBuild
}

export interface ViteHost extends Host {
  /** @throws {ByteNiteError} `INVALID_OPTION` if one of the chosen environments does not exist */
  onConfig(config: ResolvedConfig): Promise<void>
}

/** Tools that use a project's config for a build of their own, by the prefix of their plugins' names. */
const REUSING_TOOLS = { 'storybook:': 'Storybook' }

/** Vite's side of the plugin: its root, its logger, and its `.env` files, from which only this plugin reads `BYTENITE_*`. */
export function viteHost({ name, entry, entryAsset, environments, app }: ViteHostOptions): ViteHost {
  let root = process.cwd()
  let env: Record<string, string | undefined> = process.env
  let logger: Logger = console
  let isQuiet = false
  let reusedBy: string | undefined
  let plugins: readonly { name: string }[] = []
  let resolved: ResolvedConfig | undefined
  /** What Vite 5 builds. It has no names for it. */
  let onlyEnvironment = 'client'
  return {
    entryAsset,
    entrySource: () => (entry === undefined ? undefined : resolve(root, entry)),
    async onConfig(config) {
      checkEnvironments(environments, config.environments)
      root = config.root
      plugins = config.plugins
      // Other plugins may still change it.
      resolved = config
      app.isWatching = Boolean(config.build.watch)
      logger = withName(config.logger)
      isQuiet = config.logLevel !== undefined && config.logLevel !== 'info'
      onlyEnvironment = config.build.ssr ? 'ssr' : 'client'
      reusedBy = Object.entries(REUSING_TOOLS).find(([prefix]) => config.plugins.some((plugin) => plugin.name.startsWith(prefix)))?.[1]
      env = { ...process.env, ...(await loadEnvFiles(config)) }
    },
    environment() {
      const finishedBy = findFinishingHost(plugins, process.env, process.argv[1] ?? '', app.isApp)
      return { root, env, logger, isQuiet, reusedBy, finishedBy, errorPrefix: `[${name}] ` }
    },
    outputDirectories: ({ environment }) => directoriesOf(resolved?.environments?.[environment?.name ?? '']?.build ?? resolved?.build),
    gather: (buildName, outcome, isWatching) => app.gather(buildName || onlyEnvironment, outcome, isWatching),
  }
}

function checkEnvironments(chosen: readonly string[] | undefined, existing: object | undefined): void {
  const unknown = existing && chosen?.find((name) => !(name in existing))
  if (unknown === undefined) return
  const known = Object.keys(existing ?? {}).join(', ')
  throw explained(new ByteNiteError('INVALID_OPTION', `The option "environments" names "${unknown}"; this project has ${known}.`))
}

/** Outputs that name no directory are written to `outDir`. */
function directoriesOf(place: BuildPlace | undefined): string[] {
  if (!place?.write) return []
  const outputs = [place.rollupOptions.output].flat() as (OutputOptions | undefined)[]
  return outputs.map((output) => output?.dir ?? place.outDir)
}

/** Vite's logger does not print which plugin a message is from. */
function withName(logger: Logger): Logger {
  return {
    info: (message) => logger.info(`[bytenite] ${message}`),
    warn: (message) => logger.warn(`[bytenite] ${message}`),
    error: (message) => logger.error(`[bytenite] ${message}`),
  }
}

/** The shell's variables win over those of the files. */
async function loadEnvFiles({ mode, envDir, logger }: ResolvedConfig): Promise<Record<string, string>> {
  if (typeof envDir !== 'string') return {}
  for (const { file, encoding } of findMisencodedFiles(envDir, mode)) {
    logger.warn(
      `[bytenite] warning: ${plainText(file)} is saved as ${encoding}, so not all of its variables can be read. Save it as UTF-8.`,
    )
  }
  // Costs nothing where the peer dependency is the Vite that is running. A linked package may find another one to load.
  const { loadEnv } = await import('vite')
  return loadEnv(mode, envDir, 'BYTENITE_')
}
