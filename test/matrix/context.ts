import { mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLocalPlatform } from 'bytenite-local'
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest'
import { onTestFinished } from '../helpers/current-test.ts'
import { connect, type TestPlatform } from '../helpers/platform.ts'
import { run, type Ending } from '../helpers/process.ts'
import { readFiles, readRecord, writeFiles, type Files } from '../helpers/project.ts'
import { remove } from '../helpers/temporary-directory.ts'
import { bundlers, type Bundler, type BundlerName } from './bundlers.ts'

/** A project of one test, outside of the repository, with the node_modules of its bundler. */
export interface MatrixProject {
  root: string
  /** What it publishes under; no other test does. */
  app: string
  /** Runs `node`, or a program of its node_modules. */
  exec(command: string, ...parameters: string[]): Promise<Ending>
  /** The same in a folder of it. */
  execIn(folder: string, command: string, ...parameters: string[]): Promise<Ending>
  /** Builds by the bundler's command line. */
  build(): Promise<Ending>
}

/** What the tests of one bundler share. What was uploaded is counted at one platform, where each test has its own app. */
export interface MatrixContext {
  name: BundlerName
  bundler: Bundler
  platform(): TestPlatform
  create(files: Files): Promise<MatrixProject>
  countUploads(project: MatrixProject): Promise<number>
  /** Makes sure that it was published once, and that what arrived is the output directory as it is. */
  expectPublished(project: MatrixProject, output: Ending): Promise<Record<string, Buffer>>
}

export const commands: Record<Bundler['kind'], [string, ...string[]]> = {
  vite: ['vite', 'build'],
  rollup: ['rollup', '-c', 'rollup.config.js'],
  rolldown: ['rolldown', '-c', 'rollup.config.js'],
}

/** Sources, and the output of an earlier build, which a naive upload would take. */
const baseFiles: Files = {
  'src/main.js': `console.log('built')\n`,
  'src/unresolved.js': `import './missing.js'\n`,
  'src/warns.js': `console.log(eval('1'))\n`,
  'dist/stale.js': 'stale',
  'dist/bytenite.app.json': '{"name":"stale"}',
}

export function createContext(name: BundlerName): MatrixContext {
  const bundler = bundlers[name]
  const results: [string, string][] = []
  let platform: TestPlatform
  let projects = 0

  beforeAll(async () => {
    const local = createLocalPlatform({ directory: join(inject('matrix'), name, 'platform') })
    const server = await local.listen()
    platform = connect(server.apiUrl, local)
    return server.close
  })
  afterEach(({ task }) => void results.push([task.name, task.result?.state === 'fail' ? '✗' : '✓']))
  afterAll(() => writeFile(join(inject('matrix'), 'results', `${name}.json`), JSON.stringify(results)))

  async function create(files: Files): Promise<MatrixProject> {
    const base = join(inject('matrix'), name)
    const root = await mkdtemp(join(base, 'case-'))
    onTestFinished(() => remove(root))
    const app = `app-${++projects}`
    await writeFiles(root, { 'package.json': `{ "name": "${app}", "version": "1.0.0", "type": "module" }`, ...baseFiles, ...files })
    await symlink(join(base, 'node_modules'), join(root, 'node_modules'), 'junction')
    const execIn: MatrixProject['execIn'] = (folder, command, ...parameters) =>
      run(command === 'node' ? command : join(root, 'node_modules/.bin', command), parameters, {
        cwd: join(root, folder),
        env: platform.env,
        // What a bundler warns of differs between versions; the tests of the newest ones look at that.
        warnings: /./,
      })
    const exec: MatrixProject['exec'] = (command, ...parameters) => execIn('.', command, ...parameters)
    return { root, app, exec, execIn, build: () => exec(...commands[bundler.kind]) }
  }

  async function countUploads({ app }: MatrixProject): Promise<number> {
    return (await platform.uploads()).filter((tag) => tag === `${app}@1.0`).length
  }

  async function expectPublished(project: MatrixProject, output: Ending): Promise<Record<string, Buffer>> {
    const { exitCode, stdout, stderr } = output
    expect(exitCode, stdout + stderr).toBe(0)
    expect(await countUploads(project), stdout + stderr).toBe(1)
    const record = await readRecord(project.root)
    const app = await platform.extractApp(record)
    const { 'bytenite.app.json': __, ...dist } = await readFiles(join(project.root, 'dist'))
    expect(app).toEqual(Object.fromEntries(Object.entries(dist).map(([path, bytes]) => [`app/${path}`, bytes])))
    return app
  }

  return { name, bundler, platform: () => platform, create, countUploads, expectPublished }
}
