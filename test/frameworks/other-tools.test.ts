import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPlatform, type TestPlatform } from '../helpers/platform.ts'
import { run, startProgram, type Ending } from '../helpers/process.ts'
import { readFiles, writeFiles, type Files } from '../helpers/project.ts'
import { saveUntil } from '../helpers/save-until.ts'
import { makeTemporaryDirectory, remove } from '../helpers/temporary-directory.ts'
import { fixtures, installFixture } from './install-fixture.ts'
import { readPage, readRecipe, readRecipeFile } from './recipes.ts'
import { esbuild, rspack, tools, unbuild, webpack, type Tool } from './tools.ts'

const byName = (list: readonly Tool[]): [string, Tool][] => list.map((tool) => [tool.name, tool])

const working = { main: `import { text } from './text.js'\nconsole.log(text)\n`, text: `export const text = 'first'\n` }
const broken = { ...working, main: `import { text } from './missing.js'\nconsole.log(text)\n` }

/** The output of an earlier build, which one that fails leaves as it is. */
const earlier = { 'dist/main.js': 'console.log("earlier")' }

/** Has all tools in its node_modules; a project is a directory in it. */
let installed = ''
beforeAll(async () => {
  installed = await makeTemporaryDirectory('other-tools')
  await installFixture('other-tools', installed, ['bytenite-uploader'])
})
afterAll(() => remove(installed))

let projects = 0

/** Writes a project with the recipe of a tool. */
async function createProject(tool: Tool, sources: typeof working, files: Files = {}): Promise<string> {
  const root = join(installed, `project-${projects++}`)
  await mkdir(root)
  await writeFiles(root, {
    'package.json': JSON.stringify({ name: 'app', version: '1.0.0', private: true, type: 'module' }),
    [`src/main.${tool.source}`]: sources.main,
    [`src/text.${tool.source}`]: sources.text,
    [tool.config ?? tool.recipe]: await readRecipeFile(tool.heading, tool.recipe),
    ...files,
  })
  return root
}

/** Builds as a script of `package.json` would. */
function build({ command: [program, ...parameters] }: Tool, root: string, env: TestPlatform['env']): Promise<Ending> {
  // What a tool warns of is its own matter.
  return run(pathOf(program), parameters, { cwd: root, env, warnings: /./, timeout: 300_000 })
}

function pathOf(program: string): string {
  return program === 'node' ? program : join(installed, 'node_modules/.bin', program)
}

/** Makes sure that what arrived is the output, byte for byte. */
async function expectPublished(platform: TestPlatform, root: string): Promise<string[]> {
  const { 'bytenite.app.json': record, ...files } = await readFiles(join(root, 'dist'))
  expect(record).toBeDefined()
  const arrived = await platform.extractApp({ name: 'app', version: '1.0' })
  expect(arrived).toEqual(Object.fromEntries(Object.entries(files).map(([path, bytes]) => [`app/${path}`, bytes])))
  return Object.keys(files).toSorted()
}

test.concurrent.each(byName(tools))('%s: publishes once, all of its output', async (_, tool) => {
  const platform = await startPlatform()
  const root = await createProject(tool, working)
  const { exitCode, stdout, stderr } = await build(tool, root, platform.env)
  expect(exitCode, `${stdout}\n${stderr}`).toBe(0)
  expect(await platform.uploads()).toEqual(['app@1.0'])
  expect(await expectPublished(platform, root)).toEqual(tool.output)
})

test.concurrent.each(byName(tools))('%s: a failed publish fails the build', async (_, tool) => {
  const platform = await startPlatform()
  const root = await createProject(tool, working)
  const { exitCode, stdout, stderr } = await build(tool, root, { ...platform.env, BYTENITE_API_KEY: 'x'.repeat(32) })
  expect(`${stdout}\n${stderr}`).toContain('was refused with 401')
  expect(exitCode).toBeGreaterThan(0)
  expect(Object.keys(await readFiles(join(root, 'dist'))).toSorted()).toEqual(tool.output)
  expect(await platform.uploads()).toEqual([])
})

// Where the recipe itself has to look whether the build has succeeded.
test.concurrent.each(byName([esbuild, webpack, rspack, unbuild]))('%s: a failed build publishes nothing', async (_, tool) => {
  const platform = await startPlatform()
  // What unbuild cannot resolve ends it before its hook; a warning does so afterwards.
  const warned = { 'package.json': '{ "name": "app", "version": "1.0.0", "type": "module", "main": "./dist/missing.mjs" }' }
  const root = await (tool === unbuild ? createProject(tool, working, warned) : createProject(tool, broken, earlier))
  const { exitCode, stdout, stderr } = await build(tool, root, platform.env)
  expect(exitCode).toBeGreaterThan(0)
  expect(`${stdout}\n${stderr}`).not.toContain('[bytenite]')
  expect(await platform.uploads()).toEqual([])
})

test.concurrent('esbuild: a watcher publishes each rebuild without errors', async () => {
  const platform = await startPlatform()
  const root = await createProject(esbuild, broken, earlier)
  const watcher = startProgram('node', ['build.js', '--watch'], { cwd: root, env: platform.env })
  await watcher.waitForOutput('Could not resolve "./missing.js"')
  await saveUntil('a publish', () => watcher.output().includes('published app@1.0'), { root, path: 'src/main.js', content: working.main })
  const content = `export const text = 'second'\n`
  await saveUntil('a second publish', () => watcher.output().includes('replaced another archive'), { root, path: 'src/text.js', content })
  expect(await platform.uploads()).toEqual(['app@1.0', 'app@1.0'])
  expect(String((await platform.extractApp({ name: 'app', version: '1.0' }))['app/main.js'])).toContain('second')
})

test('the page names the versions that are tested, and its recipes have at most ten lines', async () => {
  const page = await readPage()
  const astro = await readJson<{ dependencies: { astro: string } }>(join(fixtures, 'astro/package.json'))
  expect(page).toMatch(new RegExp(`^\\| \\[Astro\\]\\(.*\\) \\| ${astro.dependencies.astro} \\|`, 'm'))
  for (const { name, heading } of tools) {
    const { version } = await readJson<{ version: string }>(join(installed, 'node_modules', name, 'package.json'))
    expect(page).toMatch(new RegExp(`^\\| \\[${name === rspack.name ? 'Rspack' : name}\\]\\(.*\\) \\| ${version} \\|`, 'm'))
    for (const { code } of await readRecipe(heading)) expect(code.trim().split('\n').length, code).toBeLessThanOrEqual(10)
  }
})

async function readJson<Content>(file: string): Promise<Content> {
  return JSON.parse(await readFile(file, 'utf8')) as Content
}
