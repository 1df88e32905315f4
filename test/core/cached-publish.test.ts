import { pack, publish } from 'bytenite-uploader'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { outputProject } from '../helpers/publish.ts'

const manifest = { name: 'app', version: '1.0', entrypoint: 'main.js', platformConfig: { container: 'node:22-slim' } }

test.each([
  ['Turborepo', { TURBO_HASH: 'x' }, 'turbo.json'],
  ['Nx', { NX_TASK_HASH: 'x' }, 'project.json'],
  ['Lerna', { LERNA_PACKAGE_NAME: 'app', NX_TASK_HASH: 'x' }, 'nx.json'],
])('a publish under %s warns that a cache would lie, and says what to set', async (name, variables, file) => {
  const platform = await startPlatform()
  const root = await outputProject({ 'main.js': 'x' })
  const warnings: string[] = []
  const onWarning = (message: string) => void warnings.push(message)
  const options = { directory: 'dist', root, manifest, env: { ...platform.env, ...variables }, onWarning }
  await publish(options)
  expect(warnings).toEqual([expect.stringMatching(new RegExp(`^\\[cached-publish\\] This runs under ${name}, which can restore`))])
  expect(warnings[0]).toContain(file)
  expect(await platform.uploads()).toEqual(['app@1.0'])

  warnings.length = 0
  await publish({ ...options, checks: { 'cached-publish': 'off' } })
  // Nothing is published that a cache could replay.
  await pack(options)
  expect(warnings).toEqual([])
  await expect(
    publish({ ...options, checks: { 'cached-publish': 'error' }, manifest: { ...manifest, version: '1.1' } }),
  ).rejects.toMatchObject({ code: 'CHECK_FAILED' })
  expect(await platform.uploads()).toEqual(['app@1.0'])
})
