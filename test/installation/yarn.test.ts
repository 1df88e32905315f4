import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { runSuccessfully } from '../helpers/process.ts'
import { readFiles, readRecord, writeFiles } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { createNewcomer } from './newcomer.ts'

test('Yarn without node_modules: scaffold, type-check, run, publish', { timeout: 400_000 }, async () => {
  const { home, run } = await createNewcomer('yarn')
  await run(home, ['dlx', 'create-bytenite-app@latest', 'my-app', '--template', 'hello-world', '--yes'])
  const project = join(home, 'my-app')
  await run(project, ['install'])
  expect(existsSync(join(project, 'node_modules'))).toBe(false)
  expect(existsSync(join(project, '.pnp.cjs'))).toBe(true)
  await run(project, ['run', 'typecheck'])
  expect(await run(project, ['run', 'try'])).toContain('published my-app@0.1')
  const results = await readFiles(join(project, 'results'))
  expect(results).toEqual({ 'hello_world_processed.txt': Buffer.from('Hello From A Vite Build\n') })

  const config = join(project, 'vite.config.ts')
  const text = await readFile(config, 'utf8')
  await writeFile(config, text.replace('plugins:', "publicDir: 'public', $&").replace('entry:', "archiveFile: 'app.tar', $&"))
  // An archive of several chunks.
  await writeFiles(project, { 'public/noise.bin': randomBytes(1_000_000) })
  const platform = await startPlatform()
  await run(project, ['run', 'push'], platform.env)
  const extracted = await temporaryDirectory()
  await runSuccessfully('tar', ['-xf', join(project, 'app.tar'), '-C', extracted], { cwd: extracted })
  const written = await readFiles(extracted)
  expect(Object.keys(written)).toContain('app/noise.bin')
  expect(written).toEqual(await platform.extract(await readRecord(project)))
})
