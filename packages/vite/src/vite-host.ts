import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Host, Logger } from 'rollup-plugin-bytenite/lifecycle'
import type { AppBuild } from './app-build.js'
import type { ResolvedConfig } from './types.js'

export interface ViteHostOptions {
  /** Name of the plugin. */
  name: string
  /** File name of an entry that is not bundled. */
  entryAsset: string | undefined
  /** Environments to publish; `undefined` means all. */
  environments: readonly string[] | undefined
  app: AppBuild
}

export interface ViteHost extends Host {
  onConfig(config: ResolvedConfig): Promise<void>
}

/** Tools that use a project's config for a build of their own, by the prefix of their plugins' names. */
const REUSING_TOOLS = { 'storybook:': 'Storybook' }

/** Vite's side of the plugin: its root, its logger, and its `.env` files, from which only this plugin reads `BYTENITE_*`. */
export function viteHost({ name, entryAsset, environments, app }: ViteHostOptions): ViteHost {
  let root = process.cwd()
  let env: Record<string, string | undefined> = process.env
  let logger: Logger = console
  let isQuiet = false
  let reusedBy: string | undefined
  /** What Vite 5 builds. It has no names for it. */
  let onlyEnvironment = 'client'
  return {
    entryAsset,
    async onConfig(config) {
      checkEnvironments(environments, config.environments)
      root = config.root
      logger = withName(config.logger)
      isQuiet = config.logLevel !== undefined && config.logLevel !== 'info'
      onlyEnvironment = config.build.ssr ? 'ssr' : 'client'
      reusedBy = Object.entries(REUSING_TOOLS).find(([prefix]) => config.plugins.some((plugin) => plugin.name.startsWith(prefix)))?.[1]
      env = { ...process.env, ...(await loadEnvFiles(config)) }
    },
    environment: () => ({ root, env, logger, isQuiet, reusedBy, errorPrefix: `[${name}] ` }),
    gather: (buildName, outcome, isWatching) => app.gather(buildName || onlyEnvironment, outcome, isWatching),
  }
}

function checkEnvironments(chosen: readonly string[] | undefined, existing: object | undefined): void {
  const unknown = existing && chosen?.find((name) => !(name in existing))
  if (unknown === undefined) return
  const known = Object.keys(existing ?? {}).join(', ')
  throw new Error(`The option "environments" names "${unknown}"; this project has ${known}.`)
}

/** Vite's logger does not print which plugin a message is from. */
function withName(logger: Logger): Logger {
  return {
    info: (message) => logger.info(`[bytenite] ${message}`),
    warn: (message) => logger.warn(`[bytenite] ${message}`),
    error: (message) => logger.error(`[bytenite] ${message}`),
  }
}

async function loadEnvFiles({ root, mode, envDir }: ResolvedConfig): Promise<Record<string, string>> {
  if (typeof envDir !== 'string') return {}
  const { loadEnv } = await importVite(root)
  return loadEnv(mode, envDir, 'BYTENITE_')
}

interface Vite {
  loadEnv(mode: string, envDir: string, prefix: string): Record<string, string>
}

/** The project's own Vite, which is loaded already; a plain `import('vite')` may find another one beside this package. */
async function importVite(root: string): Promise<Vite> {
  const packageFile = resolveVite(join(root, 'package.json')) ?? resolveVite(fileURLToPath(import.meta.url))
  if (packageFile === undefined) throw new Error(`vite is not installed in ${root}, so its .env files cannot be read.`)
  const { exports } = JSON.parse(await readFile(packageFile, 'utf8')) as { exports: { '.': ExportTarget } }
  return import(pathToFileURL(join(dirname(packageFile), importTarget(exports['.']))).href) as Promise<Vite>
}

function resolveVite(from: string): string | undefined {
  try {
    return createRequire(from).resolve('vite/package.json')
  } catch {
    return undefined
  }
}

type ExportTarget = string | { [condition: string]: ExportTarget }

/** Require would find the CommonJS build of Vite 5, which warns. */
function importTarget(target: ExportTarget): string {
  if (typeof target === 'string') return target
  return importTarget(target['import'] ?? target['default'] ?? '')
}
