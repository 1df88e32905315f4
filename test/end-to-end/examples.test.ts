import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { copyExample } from '../helpers/examples.ts'
import { startPlatform } from '../helpers/platform.ts'
import { run, runSuccessfully } from '../helpers/process.ts'
import { rollup, tsc, vite } from '../helpers/programs.ts'
import { readRecord, repository, writeFiles } from '../helpers/project.ts'
import { localBin } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { countWords } from '../helpers/word-count.ts'

test('hello-world type-checks, builds, publishes and runs', async () => {
  const platform = await startPlatform()
  const root = await copyExample('hello-world')
  await runSuccessfully('node', tsc, { cwd: root })
  await runSuccessfully('node', [vite, 'build'], { cwd: root, env: platform.env })
  expect(await readRecord(root)).toMatchObject({ name: 'hello-world', version: '0.1', entrypoint: 'main.js' })
  for (const [params, expected] of [
    ['{"case":"title"}', 'École, Hello World\n'],
    ['{}', 'école, hello WORLD\n'],
  ] as const) {
    const cwd = await temporaryDirectory()
    await writeFiles(cwd, { 'in.txt': 'école, hello WORLD\n' })
    await runSuccessfully('node', [localBin, 'run', 'hello-world', '--input', 'in.txt', '--params', params, '--out', '.'], {
      cwd,
      env: platform.env,
    })
    expect(await readFile(join(cwd, 'hello_world_processed.txt'), 'utf8')).toBe(expected)
  }
})

test('rollup-basic builds, publishes and runs', async () => {
  const platform = await startPlatform()
  const root = await copyExample('rollup-basic')
  await runSuccessfully('node', rollup, { cwd: root, env: platform.env })
  expect(await readRecord(root)).toMatchObject({ name: 'rollup-basic', version: '0.1', entrypoint: 'main.mjs' })
  const cwd = await temporaryDirectory()
  await writeFiles(cwd, { 'in.txt': 'a b, a.' })
  await runSuccessfully('node', [localBin, 'run', 'rollup-basic', '--input', 'in.txt', '--out', '.'], { cwd, env: platform.env })
  expect(JSON.parse(await readFile(join(cwd, 'words.json'), 'utf8'))).toEqual([
    ['a', 2],
    ['b', 1],
  ])
})

test('python publishes its folder, and runs', async () => {
  const platform = await startPlatform()
  const root = await copyExample('python')
  await runSuccessfully('python3', ['-m', 'unittest', 'discover', 'tests'], { cwd: root })
  await runSuccessfully('node', [vite, 'build'], { cwd: root, env: platform.env })
  const record = await readRecord(root)
  expect(record).toMatchObject({ name: 'python', entrypoint: 'main.py', platformConfig: { container: 'python:3.12-slim' } })
  expect(Object.keys(await platform.extractApp(record)).toSorted()).toEqual(['app/main.py', 'app/summary.py'])
  await runSuccessfully('node', [localBin, 'run', 'python', '--input', 'sample/table.csv', '--out', 'results'], {
    cwd: root,
    env: platform.env,
  })
  expect(JSON.parse(await readFile(join(root, 'results/summary.json'), 'utf8'))).toMatchObject({ area: { mean: 400.17 } })
})

test('fan-out type-checks, publishes its three parts by one build, and counts what the shell counts', async () => {
  await runSuccessfully('node', tsc, { cwd: await copyExample('fan-out') })
  await countWords(await startPlatform())
})

test('of a fan-out with a broken part, nothing is published', async () => {
  const platform = await startPlatform()
  const root = await copyExample('fan-out')
  await writeFile(join(root, 'src/app.ts'), `import './none.js'\n`)
  const { exitCode, stdout, stderr } = await run('node', [vite, 'build'], { cwd: root, env: platform.env })
  expect(exitCode, stdout + stderr).toBe(1)
  expect(stdout + stderr).toContain('./none.js')
  expect(await platform.uploads()).toEqual([])
  for await (const engine of platform.client.engines.list()) expect(engine).toBeUndefined()
})

test('the examples import only what they declare', async () => {
  const examples = join(repository, 'examples')
  for (const entry of await readdir(examples, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    const root = join(examples, entry.name)
    const { dependencies = {}, devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      dependencies?: object
      devDependencies: object
    }
    const files = (await readdir(root)).concat(...(await Promise.all(['src', 'test'].map((folder) => listFolder(root, folder)))))
    for (const file of files.filter((name) => /\.[jt]s$/.test(name))) {
      const code = await readFile(join(root, file), 'utf8')
      const imported = Array.from(code.matchAll(/from '([^']+)'/g), ([, specifier = '']) => specifier)
      const undeclared = imported.filter((name) => !/^(?:node:|\.)/.test(name) && !(name in dependencies || name in devDependencies))
      expect(undeclared, `${entry.name}/${file}`).toEqual([])
    }
  }
})

async function listFolder(root: string, folder: string): Promise<string[]> {
  const names = await readdir(join(root, folder)).catch(() => [])
  return names.map((name) => join(folder, name))
}
