import { CreateError } from './create-error.js'

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun'

interface Commands {
  install: string
  /** What a job of CI types: exactly what the lockfile says, or nothing. */
  cleanInstall: string[]
  run: string
  test: string
}

/** How each package manager is spoken to. In a template, it is npm. */
const COMMANDS: Record<PackageManager, Commands> = {
  npm: { install: 'npm install', cleanInstall: ['npm ci'], run: 'npm run', test: 'npm test' },
  pnpm: {
    install: 'pnpm install',
    cleanInstall: ['npm install --global pnpm@10', 'pnpm install --frozen-lockfile'],
    run: 'pnpm run',
    test: 'pnpm test',
  },
  yarn: { install: 'yarn install', cleanInstall: ['yarn install --frozen-lockfile'], run: 'yarn run', test: 'yarn run test' },
  bun: {
    install: 'bun install',
    cleanInstall: ['npm install --global bun', 'bun install --frozen-lockfile'],
    run: 'bun run',
    test: 'bun run test',
  },
}

/** @throws {CreateError} `UNKNOWN_PACKAGE_MANAGER` */
export function checkPackageManager(name: string): asserts name is PackageManager {
  if (Object.hasOwn(COMMANDS, name)) return
  throw new CreateError(
    'UNKNOWN_PACKAGE_MANAGER',
    `${JSON.stringify(name)} is no package manager known here. There are: ${Object.keys(COMMANDS).join(', ')}.`,
  )
}

/** The one that started this process, such as `pnpm` of `pnpm create`; npm if there is none. */
export function currentPackageManager(env: NodeJS.ProcessEnv = process.env): PackageManager {
  const name = env['npm_config_user_agent']?.split('/')[0] ?? 'npm'
  return Object.hasOwn(COMMANDS, name) ? (name as PackageManager) : 'npm'
}

/** What to type to install the dependencies, or to run one of the project's scripts. */
export function commandFor(manager: PackageManager, task: 'install' | 'dev' | 'push'): string {
  const { install, run } = COMMANDS[manager]
  return task === 'install' ? install : `${run} ${task}`
}

/** A text of a template that speaks to npm, such as a README, for another package manager. */
export function translateCommands(text: string, manager: PackageManager): string {
  const { install, cleanInstall, run, test } = COMMANDS[manager]
  return text
    .replaceAll(/^( *)- run: npm ci$/gm, (_, indent: string) => cleanInstall.map((command) => `${indent}- run: ${command}`).join('\n'))
    .replaceAll(/\bnpm install\b(?! --global)/g, install)
    .replaceAll(/\bnpm run\b/g, run)
    .replaceAll(/\bnpm test\b/g, test)
}
