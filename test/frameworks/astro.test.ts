import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { expectSuccess } from '../helpers/process.ts'
import { testFramework } from './framework-tests.ts'
import { readRecipe, readRecipeFile } from './recipes.ts'

const project = testFramework({
  name: 'Astro',
  folder: 'astro',
  command: ['astro', 'build'],
  output: 'dist',
  addition: 'pages.json',
  remedy: 'astro:build:done',
})

test('the script of the page "With other tools" publishes its final output, and fails if that fails', async () => {
  const heading = 'Frameworks, and everything else'
  const line = (await readRecipe(heading)).find(({ code }) => code.startsWith('"build"'))
  const { build } = JSON.parse(`{${line?.code}}`) as { build: string }
  await project.change('with-script')
  await project.write({ 'manifest.json': (await readRecipeFile(heading, 'manifest.json')).replace(/^.*\n/, '') })
  const platform = await startPlatform()

  const refused = await project.runScript(build, { ...platform.env, BYTENITE_API_KEY: 'x'.repeat(32) })
  expect(refused.stderr).toContain('was refused with 401')
  expect(refused.exitCode).toBeGreaterThan(0)
  expect(await platform.uploads()).toEqual([])

  expectSuccess(await project.runScript(build, platform.env), /./)
  await project.expectPublished(platform)
})
