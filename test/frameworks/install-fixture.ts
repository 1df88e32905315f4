import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, inject } from 'vitest'
import { startProgram } from '../helpers/process.ts'
import { repository } from '../helpers/project.ts'

export const fixtures: string = join(repository, 'test/fixtures/frameworks')

/**
 * Copies a project of {@link fixtures}, and installs it with packages of this repository. Its own lockfile decides
 * the versions of everything else.
 * @param names of the packages
 */
export async function installFixture(folder: string, root: string, names: readonly string[]): Promise<void> {
  await cp(join(fixtures, folder), root, { recursive: true })
  const lockfile = join(root, 'pnpm-lock.yaml')
  const locked = await readFile(lockfile, 'utf8')
  await addPackages(join(root, 'package.json'), names)
  const flags = ['--no-frozen-lockfile', '--ignore-scripts', '--prefer-offline']
  const installing = startProgram('npx', ['-y', 'pnpm@10.34.9', 'install', ...flags], { cwd: root })
  const { exitCode, stdout, stderr } = await installing.end(580_000)
  if (exitCode !== 0) throw new Error(`pnpm install failed in ${root}:\n${stdout}\n${stderr}`)
  const used = new Set((await readFile(lockfile, 'utf8')).split('\n'))
  expect(
    locked.split('\n').filter((line) => !used.has(line)),
    'lines of a lockfile that does not fit its package.json',
  ).toEqual([])
}

async function addPackages(file: string, names: readonly string[]): Promise<void> {
  const project = JSON.parse(await readFile(file, 'utf8')) as { devDependencies?: Record<string, string> }
  const packages = Object.fromEntries(Object.entries(inject('packages')).filter(([name]) => names.includes(name)))
  await writeFile(
    file,
    JSON.stringify({ ...project, devDependencies: { ...project.devDependencies, ...packages }, pnpm: { overrides: packages } }),
  )
}
