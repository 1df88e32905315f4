import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { x } from 'tinyexec'
import { shellEnvironment } from '../helpers/process.ts'
import { repository } from '../helpers/project.ts'

export interface Registry {
  url: string
  stop(): Promise<void>
}

/** Starts a registry on a free port, and publishes every package of the repository there. */
export async function startRegistry(directory: string): Promise<Registry> {
  const upstream = (await x('npm', ['config', 'get', 'registry'], { throwOnError: true })).stdout.trim()
  const child = spawn(process.execPath, [join(import.meta.dirname, 'registry-process.js'), directory, upstream], {
    env: { ...process.env, ...shellEnvironment() },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  const stop = async (): Promise<void> => {
    child.kill()
    await exit
  }
  try {
    const lines = createInterface({ input: child.stdout })
    const [url = ''] = (await Promise.race([once(lines, 'line'), exit.then(() => [])])) as string[]
    if (!url.startsWith('http:')) throw new Error(`The registry did not start: ${url}`)
    await publishPackages(url, join(directory, '.npmrc'))
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
  const env = { ...shellEnvironment(), npm_config_userconfig: settings }
  const { exitCode, stdout, stderr } = await x('npx', ['-y', 'pnpm@10.34.9', ...flags], { nodeOptions: { cwd: repository, env } })
  if (exitCode !== 0) throw new Error(`pnpm publish failed:\n${stdout}\n${stderr}`)
}
