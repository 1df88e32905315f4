import { cp, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { AppRecord } from 'bytenite-uploader/wire'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { runSuccessfully } from '../helpers/process.ts'
import { repository, writeFiles } from '../helpers/project.ts'
import { localBin } from '../helpers/serve.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

/** An example as someone has it who copied its folder: outside the repository, with what its package.json declares. */
async function copyExample(name: string): Promise<string> {
  const source = join(repository, 'examples', name)
  const copy = join(await temporaryDirectory(), name)
  await cp(source, copy, {
    recursive: true,
    filter: (path) => !path.slice(source.length).match(/[\\/](?:node_modules|dist)(?:[\\/]|$)/),
  })
  await symlink(join(source, 'node_modules'), join(copy, 'node_modules'), 'junction')
  return copy
}

async function readRecord(root: string): Promise<AppRecord> {
  return JSON.parse(await readFile(join(root, 'dist/bytenite.app.json'), 'utf8')) as AppRecord
}

test('hello-world type-checks, builds, publishes and runs', async () => {
  const platform = await startPlatform()
  const root = await copyExample('hello-world')
  await runSuccessfully('node', ['node_modules/typescript/bin/tsc'], { cwd: root })
  await runSuccessfully('node', ['node_modules/vite/bin/vite.js', 'build'], { cwd: root, env: platform.env })
  expect(await readRecord(root)).toMatchObject({ name: 'hello-world', version: '0.1', entrypoint: 'main.js' })
  for (const [params, expected] of [
    ['{"case":"upper"}', 'ÉCOLE, HELLO WORLD\n'],
    ['{"case":"lower"}', 'école, hello world\n'],
    ['{"case":"title"}', 'École, Hello World\n'],
    ['{}', 'école, hello WORLD\n'],
  ] as const) {
    const cwd = await temporaryDirectory()
    await writeFiles(cwd, { 'in.txt': 'école, hello WORLD\n' })
    await runSuccessfully('node', [localBin, 'run', 'hello-world', '--input', 'in.txt', '--params', params, '--out', '.'], { cwd, env: platform.env })
    expect(await readFile(join(cwd, 'hello_world_processed.txt'), 'utf8')).toBe(expected)
  }
})

test('rollup-basic builds, publishes and runs', async () => {
  const platform = await startPlatform()
  const root = await copyExample('rollup-basic')
  await runSuccessfully('node', ['node_modules/rollup/dist/bin/rollup', '-c'], { cwd: root, env: platform.env })
  expect(await readRecord(root)).toMatchObject({ name: 'rollup-basic', version: '0.1', entrypoint: 'main.mjs' })
  const cwd = await temporaryDirectory()
  await writeFiles(cwd, { 'in.txt': 'a b, a.' })
  await runSuccessfully('node', [localBin, 'run', 'rollup-basic', '--input', 'in.txt', '--out', '.'], { cwd, env: platform.env })
  expect(JSON.parse(await readFile(join(cwd, 'words.json'), 'utf8'))).toEqual([['a', 2], ['b', 1]])
})

test('the examples import only what they declare', async () => {
  for (const [name, files] of [
    ['hello-world', ['vite.config.ts', 'src/main.ts', 'src/change-case.ts']],
    ['rollup-basic', ['rollup.config.js', 'src/main.js', 'src/count-words.js']],
  ] as const) {
    const root = join(repository, 'examples', name)
    const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { devDependencies: object }
    for (const file of files) {
      const code = await readFile(join(root, file), 'utf8')
      const imported = Array.from(code.matchAll(/from '([^']+)'/g), ([, specifier = '']) => specifier)
      const undeclared = imported.filter((name) => !/^(?:node:|\.)/.test(name) && !(name in devDependencies))
      expect(undeclared, `${name}/${file}`).toEqual([])
    }
  }
})
