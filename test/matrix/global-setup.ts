import { mkdir, readdir, readFile, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startProgram } from '../helpers/process.ts'
import { packPackages } from '../helpers/tarballs.ts'
import { makeTemporaryDirectory, remove } from '../helpers/temporary-directory.ts'
import { bundlers, vitestsVite, type Bundler, type BundlerName } from './bundlers.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Holds an installed project per bundler, by its name, and `results`. */
    matrix: string
  }
}

const names = Object.keys(bundlers) as BundlerName[]

/** Installs a project per bundler, with the packed packages, once for all tests of the matrix. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await makeTemporaryDirectory('matrix')
  try {
    await prepare(directory)
  } catch (error) {
    await remove(directory)
    throw error
  }
  project.provide('matrix', directory)
  return async () => {
    console.log(await table(join(directory, 'results')))
    await remove(directory)
  }
}

/** Every bundler's project is one of a workspace, so that what several of them need is fetched and unpacked once. */
async function prepare(directory: string): Promise<void> {
  await mkdir(join(directory, 'results'))
  const packages = await packPackages(directory)
  await writeJson(join(directory, 'package.json'), { private: true })
  // A file of YAML may be one of JSON. As npm does, it links the programs: scripts in their place would set NODE_PATH.
  const settings = { packages: names, overrides: { ...packages, ...vitestsVite }, preferSymlinkedExecutables: true }
  await writeJson(join(directory, 'pnpm-workspace.yaml'), settings)
  for (const name of names) {
    await mkdir(join(directory, name))
    await writeJson(join(directory, name, 'package.json'), projectOf(bundlers[name], packages))
  }
  const flags = ['--ignore-scripts', '--prefer-offline', '--no-frozen-lockfile']
  const installing = startProgram('npx', ['-y', 'pnpm@10.34.9', 'install', ...flags], { cwd: directory })
  const { exitCode, stdout, stderr } = await installing.end(300_000)
  if (exitCode !== 0) throw new Error(`pnpm install failed in ${directory}:\n${stdout}\n${stderr}`)
  for (const name of names) if (bundlers[name].kind === 'vite') await expectOneVite(join(directory, name))
}

function projectOf(bundler: Bundler, packages: Record<string, string>): object {
  const { 'create-bytenite-app': _, 'vite-plugin-bytenite': vitePlugin = '', ...others } = packages
  return {
    private: true,
    dependencies: {
      ...others,
      ...(bundler.kind === 'vite' && { 'vite-plugin-bytenite': vitePlugin }),
      ...bundler.dependencies,
      typescript: '5.9.3',
      '@types/node': '20.19.43',
      'is-odd': '3.0.1',
      nanoid: '5.1.6',
    },
  }
}

/** The plugin and Vitest have to find the Vite that the project has, and not that of another one. */
async function expectOneVite(root: string): Promise<void> {
  const found = ['vitest', 'vite-plugin-bytenite'].map(async (name) => {
    const installed = await realpath(join(root, 'node_modules', name))
    return realpath(join(installed, '../vite'))
  })
  const places = new Set([await realpath(join(root, 'node_modules/vite')), ...(await Promise.all(found))])
  if (places.size !== 1) throw new Error(`There are several Vites in ${root}:\n${[...places].join('\n')}`)
}

function writeJson(file: string, value: object): Promise<void> {
  return writeFile(file, JSON.stringify(value))
}

/** Case × bundler, in Markdown. */
async function table(results: string): Promise<string> {
  const rows = new Map<string, Map<string, string>>()
  for (const file of await readdir(results)) {
    const states = JSON.parse(await readFile(join(results, file), 'utf8')) as [string, string][]
    for (const [name, state] of states) {
      const row = rows.get(name) ?? new Map<string, string>()
      rows.set(name, row.set(file.replace('.json', ''), state))
    }
  }
  const lines = [...rows].map(([name, row]) => `| ${name} | ${names.map((column) => row.get(column) ?? '').join(' | ')} |`)
  return ['', `| case | ${names.join(' | ')} |`, `| --- |${' --- |'.repeat(names.length)}`, ...lines, ''].join('\n')
}
