import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startProgram } from '../helpers/process.ts'
import { packPackages } from '../helpers/tarballs.ts'
import { makeTemporaryDirectory, remove } from '../helpers/temporary-directory.ts'
import { bundlers, type Bundler, type BundlerName } from './bundlers.ts'

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

async function prepare(directory: string): Promise<void> {
  await mkdir(join(directory, 'results'))
  const packages = await packPackages(directory)
  const waiting = [...names]
  const installAll = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
      await install(join(directory, name), bundlers[name], packages)
  }
  await Promise.all([installAll(), installAll()])
}

async function install(root: string, bundler: Bundler, packages: Record<string, string>): Promise<void> {
  const wanted = without(packages, bundler.kind === 'vite' ? ['create-bytenite-app'] : ['create-bytenite-app', 'vite-plugin-bytenite'])
  await mkdir(root)
  await writeFile(
    join(root, 'package.json'),
    JSON.stringify({
      private: true,
      dependencies: {
        ...wanted,
        ...bundler.dependencies,
        typescript: '5.9.3',
        '@types/node': '20.19.43',
        'is-odd': '3.0.1',
        nanoid: '5.1.6',
      },
      overrides: Object.fromEntries(Object.keys(wanted).map((name) => [name, `$${name}`])),
    }),
  )
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--fetch-retries=0']
  const { exitCode, stderr } = await startProgram('npm', ['install', ...flags], { cwd: root }).end(300_000)
  if (exitCode !== 0) throw new Error(`npm install failed in ${root}:\n${stderr}`)
}

function without(packages: Record<string, string>, left: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(packages).filter(([name]) => !left.includes(name)))
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
