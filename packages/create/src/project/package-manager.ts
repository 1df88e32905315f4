import { CreateError } from '../create-error.js'

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun'

interface Commands {
  install: string
  /** Commands for CI: install exactly the versions in the lockfile, or fail. */
  frozenInstall: string[]
  run: string
  test: string
}

/** The commands of each package manager. Templates use npm's. */
const COMMANDS: Record<PackageManager, Commands> = {
  npm: { install: 'npm install', frozenInstall: ['npm ci'], run: 'npm run', test: 'npm test' },
  pnpm: {
    install: 'pnpm install',
    frozenInstall: ['npm install --global pnpm@10', 'pnpm install --frozen-lockfile'],
    run: 'pnpm run',
    test: 'pnpm test',
  },
  yarn: { install: 'yarn install', frozenInstall: ['yarn install --frozen-lockfile'], run: 'yarn run', test: 'yarn run test' },
  bun: {
    install: 'bun install',
    frozenInstall: ['npm install --global bun', 'bun install --frozen-lockfile'],
    run: 'bun run',
    test: 'bun run test',
  },
}

/** @throws {CreateError} `UNKNOWN_PACKAGE_MANAGER` */
export function checkPackageManager(name: string): asserts name is PackageManager {
  if (Object.hasOwn(COMMANDS, name)) return
  throw new CreateError('UNKNOWN_PACKAGE_MANAGER', `Unknown package manager ${JSON.stringify(name)}. Use npm, pnpm, yarn or bun.`)
}

/** The package manager that started this process, such as pnpm for `pnpm create`; npm if none did. */
export function currentPackageManager(env: NodeJS.ProcessEnv = process.env): PackageManager {
  const name = env['npm_config_user_agent']?.split('/')[0] ?? 'npm'
  return Object.hasOwn(COMMANDS, name) ? (name as PackageManager) : 'npm'
}

/** The command that installs the dependencies, or runs one of the project's scripts. */
export function commandFor(manager: PackageManager, task: 'install' | 'dev' | 'push'): string {
  const { install, run } = COMMANDS[manager]
  return task === 'install' ? install : `${run} ${task}`
}

/** Replaces npm's commands in a text, such as a README, with those of another package manager. */
export function translateCommands(text: string, manager: PackageManager): string {
  const { install, frozenInstall, run, test } = COMMANDS[manager]
  return text
    .replaceAll(/^( *)- run: npm ci$/gm, (_, indent: string) => frozenInstall.map((command) => `${indent}- run: ${command}`).join('\n'))
    .replaceAll(/\bnpm install\b(?! --global)/g, install)
    .replaceAll(/\bnpm run\b/g, run)
    .replaceAll(/\bnpm test\b/g, test)
}
