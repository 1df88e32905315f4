import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { readFiles, readRecord } from '../helpers/project.ts'
import { createNewcomer } from './newcomer.ts'

test.each([
  ['hello-world', 'vite.config.ts', 'hello_world_processed.txt'],
  ['rollup-basic', 'rollup.config.js', 'words.json'],
])('Bun instead of Node: scaffold %s, run, publish', { timeout: 400_000 }, async (template, configName, result) => {
  const { home, run } = await createNewcomer('bun')
  await run(home, ['create', 'bytenite-app@latest', 'my-app', '--template', template, '--yes'])
  const project = join(home, 'my-app')
  await run(project, ['install'])
  const config = join(project, configName)
  await writeFile(config, `${await readFile(config, 'utf8')}\nconsole.log('built by', process.versions.bun)\n`)

  const developed = await run(project, ['--bun', 'run', 'try'])
  expect(developed).toContain('published my-app@0.1')
  expect(Object.keys(await readFiles(join(project, 'results')))).toEqual([result])

  const platform = await startPlatform()
  expect(await run(project, ['--bun', 'run', 'push'], platform.env)).toContain('built by 1.')
  expect(await platform.uploads()).toEqual(['my-app@0.1'])
  const { 'bytenite.app.json': _, ...output } = await readFiles(join(project, 'dist'))
  const expected = Object.fromEntries(Object.entries(output).map(([path, bytes]) => [`app/${path}`, bytes]))
  expect(await platform.extractApp(await readRecord(project))).toEqual(expected)
})
