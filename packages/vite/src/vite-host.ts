import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Host, Logger } from 'rollup-plugin-bytenite/plugin'

/** As much of Vite's resolved config as is used here. */
export interface ResolvedConfig {
  root: string
  mode: string
  /** `false`, in newer versions, reads no `.env` files. */
  envDir: string | false | undefined
  logger: Logger
}

export interface ViteHost extends Host {
  onConfig(config: ResolvedConfig): Promise<void>
}

/** Vite: its root, its logger, and its `.env` files for `BYTENITE_*`, which never reach the built code. */
export function viteHost(): ViteHost {
  let root = process.cwd()
  let env: Record<string, string | undefined> = process.env
  let logger: Logger = console
  return {
    async onConfig(config) {
      root = config.root
      logger = withName(config.logger)
      env = { ...process.env, ...(await loadEnvFiles(config)) }
    },
    environment: () => ({ root, env, logger }),
  }
}

/** Vite's logger does not say which plugin speaks. */
function withName(logger: Logger): Logger {
  return {
    info: (message) => logger.info(`[bytenite] ${message}`),
    warn: (message) => logger.warn(`[bytenite] ${message}`),
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
