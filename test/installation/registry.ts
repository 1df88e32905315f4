import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startProgram } from '../helpers/process.ts'
import { repository } from '../helpers/project.ts'

export interface Registry {
  url: string
  stop(): Promise<void>
}

/** Starts a registry on a free port, and publishes every package of the repository there. */
export async function startRegistry(directory: string): Promise<Registry> {
  const registry = await startEmptyRegistry(directory)
  try {
    await publishPackages(registry.url, join(directory, '.npmrc'))
    return registry
  } catch (error) {
    await registry.stop()
    throw error
  }
}

/** Starts a registry that has none of the repository's packages. */
export async function startEmptyRegistry(directory: string): Promise<Registry> {
  const { stdout } = await startProgram('npm', ['config', 'get', 'registry'], { cwd: repository }).end()
  const upstream = stdout.trim()
  const registry = startProgram(process.execPath, [join(import.meta.dirname, 'registry-process.js'), directory, upstream], {
    cwd: directory,
  })
  const stop = async (): Promise<void> => {
    registry.kill()
    await registry.end()
  }
  try {
    await registry.waitForOutput(/^http:\S+\n/)
    const [url = ''] = registry.output().split('\n')
    return { url, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function publishPackages(url: string, settings: string): Promise<void> {
  // A client sends nothing without a token; this registry takes any.
  await writeFile(settings, `${url.replace('http:', '')}:_authToken=anyone\n`)
  const flags = ['--recursive', '--filter', './packages/*', 'publish', '--no-git-checks', '--registry', url]
  const publishing = startProgram('npx', ['-y', 'pnpm@10.34.9', ...flags], { cwd: repository, env: { npm_config_userconfig: settings } })
  const { exitCode, stdout, stderr } = await publishing.end(120_000)
  if (exitCode !== 0) throw new Error(`pnpm publish failed:\n${stdout}\n${stderr}`)
}
