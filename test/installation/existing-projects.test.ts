import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { run } from '../helpers/process.ts'
import { readFiles, repository, writeFiles, type Files } from '../helpers/project.ts'
import { createNewcomer, type Newcomer } from './newcomer.ts'

interface Project {
  config: string
  /** What somebody writes into `plugins`. */
  plugin: string
  /** The published app's entrypoint. */
  entrypoint: RegExp
}

const projects: Record<string, Project> = {
  'vanilla-ts': { config: 'vite.config.ts', plugin: 'bytenite()', entrypoint: /^assets\/index-[\w-]+\.js$/ },
  'react-ts': { config: 'vite.config.ts', plugin: 'bytenite()', entrypoint: /^assets\/index-[\w-]+\.js$/ },
  library: { config: 'vite.config.ts', plugin: `bytenite({ manifest: { entrypoint: 'a-library.js' } })`, entrypoint: /^a-library\.js$/ },
  'ssr-server': { config: 'vite.config.js', plugin: 'bytenite()', entrypoint: /^server\.js$/ },
  'rollup-library': {
    config: 'rollup.config.js',
    plugin: `bytenite({ manifest: { entrypoint: 'library.mjs' } })`,
    entrypoint: /^library\.mjs$/,
  },
}

const dependencies = {
  '@rollup/plugin-terser': '^1.0.0',
  '@types/node': '^20.19.0',
  '@types/react': '^19.2.0',
  '@types/react-dom': '^19.2.0',
  '@vitejs/plugin-react': '^6.0.0',
  react: '^19.2.0',
  'react-dom': '^19.2.0',
  rollup: '^4.68.0',
  'rollup-plugin-bytenite': 'latest',
  typescript: '~5.9.3',
  vite: '^8.3.0',
  'vite-plugin-bytenite': 'latest',
}

test('nothing else in the output of a project changes when it gets the plugin', { timeout: 400_000 }, async () => {
  const newcomer = await createNewcomer('npm')
  await writeFiles(newcomer.home, { 'package.json': JSON.stringify({ private: true, devDependencies: dependencies }) })
  await newcomer.run(newcomer.home, ['install'])
  for (const [name, project] of Object.entries(projects)) await compare(newcomer, name, project)
  await tryWithoutPlatform(newcomer)
})

/** The command line comes with the plugins; the local platform does not. */
async function tryWithoutPlatform({ home }: Newcomer): Promise<void> {
  const platform = await startPlatform()
  const bin = join(home, 'node_modules/bytenite-uploader/bin/bytenite-uploader.js')
  const publishing = ['publish', 'dist', '--manifest.version', '9.9', '--manifest.entrypoint', 'server.js', '--smoke']
  const { exitCode, stderr } = await run('node', [bin, ...publishing], { cwd: join(home, 'ssr-server'), env: platform.env })
  expect(stderr).toContain(
    '[INVALID_OPTION] The option "smoke" needs the package bytenite-local, but it is not installed. Nothing was sent.',
  )
  expect(exitCode).toBe(2)
  expect(await platform.uploads()).toEqual([])
}

async function compare({ home, run }: Newcomer, name: string, { config, plugin, entrypoint }: Project): Promise<void> {
  const root = join(home, name)
  await cp(join(repository, 'test/fixtures/projects', name), root, { recursive: true })
  const before = await build()
  await addPlugin(join(root, config), plugin)
  const platform = await startPlatform()
  const { 'bytenite.app.json': record, ...after } = await build(platform.env)
  expect(Object.keys(after), name).toEqual(Object.keys(before))
  expect(after, name).toEqual(before)
  const { entrypoint: published } = JSON.parse(String(record)) as { entrypoint: string }
  expect(published, name).toMatch(entrypoint)
  expect(Object.keys(before), name).toContain(published)

  async function build(env: Record<string, string> = {}): Promise<Files> {
    await rm(join(root, 'dist'), { recursive: true, force: true })
    await run(root, ['run', 'build'], env)
    return readFiles(join(root, 'dist'))
  }
}

/** Two lines of a config, as the README says. */
async function addPlugin(config: string, plugin: string): Promise<void> {
  const from = config.includes('rollup') ? 'rollup-plugin-bytenite' : 'vite-plugin-bytenite'
  const text = existsSync(config) ? await readFile(config, 'utf8') : 'export default {\n  plugins: [],\n}\n'
  const edited = text
    .replace(/^(?=export default)/m, `import { bytenite } from '${from}'\n`)
    .replace(/^ {2}plugins: \[(\w*(?:\(\))?)\]/m, (_, others: string) => `  plugins: [${[others, plugin].filter(Boolean).join(', ')}]`)
  expect(edited).toContain(plugin)
  await writeFile(config, edited)
}
