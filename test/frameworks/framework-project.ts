import { cp, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, inject } from 'vitest'
import type { TestPlatform } from '../helpers/platform.ts'
import { runSuccessfully, startProgram } from '../helpers/process.ts'
import { readFiles, repository } from '../helpers/project.ts'
import { makeTemporaryDirectory, remove } from '../helpers/temporary-directory.ts'

/** A framework whose output is not final when the bundler has finished. */
export interface Framework {
  /** As the plugin calls it. */
  name: string
  /** The folder of its project in `test/fixtures/frameworks`. */
  folder: string
  /** Its build command, a program of its node_modules. */
  command: readonly [string, ...string[]]
  /** The directory of its final output. */
  output: string
  /** A file of the final output that no bundler wrote. */
  addition: string
  /** What the plugin says of the place to publish from. */
  remedy: string
}

/** The project of a framework, installed once for all tests of a file. */
export interface FrameworkProject {
  /** Replaces files of the project by those of one of its folders. */
  change(folder: string): Promise<void>
  /** Builds, which must succeed; returns what was printed. */
  build(platform: TestPlatform): Promise<string>
  /** Makes sure that it was published once, and that what arrived is the final output byte for byte. */
  expectPublished(platform: TestPlatform): Promise<void>
}

export function createFrameworkProject({ folder, command: [program, ...parameters], output, addition }: Framework): FrameworkProject {
  const source = join(repository, 'test/fixtures/frameworks', folder)
  let root = ''
  beforeAll(async () => {
    root = await makeTemporaryDirectory(folder)
    await install(source, root)
  })
  afterAll(() => remove(root))

  return {
    change: (name) => cp(join(source, name), root, { recursive: true }),
    build: (platform) =>
      runSuccessfully(join(root, 'node_modules/.bin', program), parameters, {
        cwd: root,
        env: { ...platform.env, ASTRO_TELEMETRY_DISABLED: '1', NUXT_TELEMETRY_DISABLED: '1' },
        // What a framework warns of is its own matter.
        warnings: /./,
        timeout: 580_000,
      }),
    async expectPublished(platform) {
      expect(await platform.uploads()).toEqual([`${folder}-app@1.0`])
      const final = Object.entries(await readFiles(join(root, output))).filter(([path]) => basename(path) !== 'bytenite.app.json')
      const expected = Object.fromEntries(final.map(([path, bytes]) => [`app/${path}`, bytes]))
      expect(Object.keys(expected)).toContain(`app/${addition}`)
      const arrived = await platform.extractApp({ name: `${folder}-app`, version: '1.0' })
      expect(Object.keys(arrived).toSorted()).toEqual(Object.keys(expected).toSorted())
      expect(arrived).toEqual(expected)
    },
  }
}

/** Copies a project, and installs it with this repository's packages. Its own lockfile decides the versions of everything else. */
async function install(source: string, root: string): Promise<void> {
  await cp(source, root, { recursive: true })
  const lockfile = join(root, 'pnpm-lock.yaml')
  const locked = await readFile(lockfile, 'utf8')
  await addPackages(join(root, 'package.json'))
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

async function addPackages(file: string): Promise<void> {
  const project = JSON.parse(await readFile(file, 'utf8')) as { devDependencies?: Record<string, string> }
  const { 'bytenite-local': _, 'create-bytenite-app': __, ...plugins } = inject('packages')
  await writeFile(
    file,
    JSON.stringify({ ...project, devDependencies: { ...project.devDependencies, ...plugins }, pnpm: { overrides: plugins } }),
  )
}
