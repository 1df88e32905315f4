import { join } from 'node:path'
import { inject } from 'vitest'
import { run, runSuccessfully } from '../helpers/process.ts'
import { repository, writeFiles } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

export type Manager = 'npm' | 'pnpm' | 'yarn' | 'bun'

/** Somebody who has Node, npm and a registry, and nothing of this repository. */
export interface Newcomer {
  /** An empty directory. */
  home: string
  /** Runs a package manager, which must succeed; returns what was printed. */
  run(cwd: string, parameters: string[], env?: Record<string, string>): Promise<string>
  /** Runs one that may fail. */
  tryToRun(cwd: string, parameters: string[], env?: Record<string, string>): ReturnType<typeof run>
}

export async function createNewcomer(manager: Manager): Promise<Newcomer> {
  const home = await temporaryDirectory()
  // What one newcomer has fetched of the registry, which stays as it is, the next one need not ask for.
  const settings = ['audit=false', 'fund=false', 'update-notifier=false', 'fetch-retries=0', 'prefer-offline=true']
  await writeFiles(home, { '.npmrc': [`registry=${inject('registry')}`, ...settings, ''].join('\n') })
  const command = manager === 'npm' ? 'npm' : await (places[manager] ??= find(manager))
  const own = {
    npm_config_userconfig: join(home, '.npmrc'),
    npm_config_registry: inject('registry'),
    ...yarnSettings(home),
    // Packages of another test have the same versions.
    BUN_INSTALL_CACHE_DIR: join(home, '.bun'),
  }
  const options = (cwd: string, env: Record<string, string>): Parameters<typeof run>[2] => ({
    cwd,
    env: { ...own, ...env },
    warnings: /^npm warn/,
    timeout: TIMEOUT,
  })
  return {
    home,
    run: (cwd, parameters, env = {}) => runSuccessfully(command, parameters, options(cwd, env)),
    tryToRun: (cwd, parameters, env = {}) => run(command, parameters, options(cwd, env)),
  }
}

/** Milliseconds for an installation, of which several run at a time. */
const TIMEOUT = 300_000

const PACKAGES = { pnpm: 'pnpm@10.34.9', yarn: '@yarnpkg/cli-dist@4.18.1', bun: 'bun@1.4.5' }

/** Where package managers are, as far as somebody looked for them. */
const places: Partial<Record<Manager, Promise<string>>> = {}

/** Where npx put a package manager, so that it is not asked each time. */
async function find(manager: keyof typeof PACKAGES): Promise<string> {
  const printed = await runSuccessfully('npx', ['-y', `--package=${PACKAGES[manager]}`, 'which', manager], {
    cwd: repository,
    warnings: /^npm warn/,
    timeout: TIMEOUT,
  })
  return printed.trim().split('\n')[0] ?? ''
}

/** Yarn reads no `.npmrc`. */
function yarnSettings(home: string): Record<string, string> {
  return {
    YARN_NPM_REGISTRY_SERVER: inject('registry'),
    YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
    YARN_ENABLE_TELEMETRY: '0',
    // The packages are as new as can be.
    YARN_NPM_MINIMAL_AGE_GATE: '0',
    YARN_GLOBAL_FOLDER: join(home, '.yarn-global'),
  }
}
