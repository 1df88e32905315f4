import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { run } from '../helpers/process.ts'
import { createProject } from '../helpers/project.ts'
import { localBin } from '../helpers/serve.ts'
import { uploader } from '../helpers/uploader.ts'

test('the record of what is live outlives verify and dev, which publish nothing there', async () => {
  const platform = await startPlatform()
  const root = await createProject({
    'package.json': '{ "name": "app", "version": "1.0.0", "type": "module" }',
    'dist/main.js': '',
    'build.mjs': `import { publishOutput } from 'bytenite-uploader'
      await publishOutput({ directory: 'dist', manifest: { entrypoint: 'main.js' }, record: 'live.json' })\n`,
  })
  const env = platform.env
  expect(await run(process.execPath, ['build.mjs'], { cwd: root, env })).toMatchObject({ exitCode: 0 })
  const record = await readFile(join(root, 'live.json'), 'utf8')
  const build = ['--', process.execPath, 'build.mjs']
  expect(await uploader(['verify', 'app', 'dist', ...build], { cwd: root, env })).toMatchObject({ exitCode: 0 })
  expect(await readFile(join(root, 'live.json'), 'utf8')).toBe(record)
  const tried = await run(process.execPath, [localBin, 'dev', ...build], { cwd: root, env })
  expect(tried.stdout).toContain('Complete in')
  expect(await readFile(join(root, 'live.json'), 'utf8')).toBe(record)
})
