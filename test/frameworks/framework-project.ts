import { cp, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import type { TestPlatform } from '../helpers/platform.ts'
import { run, runSuccessfully, type Ending, type RunOptions } from '../helpers/process.ts'
import { readFiles, writeFiles, type Files } from '../helpers/project.ts'
import { makeTemporaryDirectory, remove } from '../helpers/temporary-directory.ts'
import { fixtures, installFixture } from './install-fixture.ts'

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
  /** Writes files of the project. */
  write(files: Files): Promise<void>
  /** Builds, which must succeed; returns what was printed. */
  build(platform: TestPlatform): Promise<string>
  /** Runs a script as `build` of its `package.json`. */
  runScript(script: string, env: TestPlatform['env']): Promise<Ending>
  /** Makes sure that it was published once, and that what arrived is the final output byte for byte. */
  expectPublished(platform: TestPlatform): Promise<void>
}

export function createFrameworkProject({ folder, command: [program, ...parameters], output, addition }: Framework): FrameworkProject {
  let root = ''
  beforeAll(async () => {
    root = await makeTemporaryDirectory(folder)
    await installFixture(folder, root, ['bytenite-uploader', 'rollup-plugin-bytenite', 'vite-plugin-bytenite'])
  })
  afterAll(() => remove(root))

  const options = (env: TestPlatform['env']): RunOptions => ({
    cwd: root,
    env: { ...env, ASTRO_TELEMETRY_DISABLED: '1', NUXT_TELEMETRY_DISABLED: '1' },
    // What a framework warns of is its own matter.
    warnings: /./,
    timeout: 580_000,
  })

  return {
    change: (name) => cp(join(fixtures, folder, name), root, { recursive: true }),
    write: (files) => writeFiles(root, files),
    build: (platform) => runSuccessfully(join(root, 'node_modules/.bin', program), parameters, options(platform.env)),
    async runScript(script, env) {
      const file = join(root, 'package.json')
      const json = JSON.parse(await readFile(file, 'utf8')) as object
      await writeFile(file, JSON.stringify({ ...json, scripts: { build: script } }))
      return run('npm', ['run', 'build'], options(env))
    },
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
