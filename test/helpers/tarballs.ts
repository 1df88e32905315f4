import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packages } from './packages.ts'
import { startProgram } from './process.ts'
import { repository } from './project.ts'

/** Packs every package as it would be published; returns what a package.json says to install them, by name. */
export async function packPackages(destination: string): Promise<Record<string, string>> {
  const flags = ['--recursive', ...packages.flatMap((name) => ['--filter', `./packages/${name}`])]
  const parameters = ['-y', 'pnpm@10.34.9', ...flags, 'pack', '--pack-destination', destination]
  const { exitCode, stdout, stderr } = await startProgram('npx', parameters, { cwd: repository }).end(120_000)
  if (exitCode !== 0) throw new Error(`pnpm pack failed:\n${stdout}\n${stderr}`)
  const files = await readdir(destination)
  const entries = packages.map(async (folder) => {
    const { name, version } = JSON.parse(await readFile(join(repository, 'packages', folder, 'package.json'), 'utf8')) as {
      name: string
      version: string
    }
    const file = `${name}-${version}.tgz`
    if (!files.includes(file)) throw new Error(`pnpm pack did not write ${file}`)
    return [name, `file:${join(destination, file)}`] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}
