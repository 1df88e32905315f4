import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { runSuccessfully } from '../helpers/process.ts'
import { vite } from '../helpers/programs.ts'
import { createProject, readRecord, writeFiles } from '../helpers/project.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

function viteProject(config: string): Promise<string> {
  return createProject({
    'package.json': '{ "name": "vite-app", "version": "1.0.0", "type": "module" }',
    'src/main.js': 'export const a = 1\n',
    'public/copied.txt': 'x',
    'vite.config.js': `import { bytenite } from 'vite-plugin-bytenite'\nexport default { ${config} }\n`,
  })
}

test('a library of two formats in one directory is one archive', async () => {
  const platform = await startPlatform()
  const root = await viteProject(
    `build: { lib: { entry: 'src/main.js', formats: ['es', 'cjs'], fileName: 'lib' } }, plugins: [bytenite({ manifest: { entrypoint: 'lib.js' } })]`,
  )
  await runSuccessfully('node', [vite, 'build'], { cwd: root, env: platform.env })
  const app = await platform.extractApp(await readRecord(root))
  expect(Object.keys(app).toSorted()).toEqual(['app/copied.txt', 'app/lib.cjs', 'app/lib.js'])
  expect(await platform.uploads()).toEqual(['vite-app@1.0'])
})

test('an output outside of the root is not emptied by Vite: what the build did not write is named', async () => {
  const platform = await startPlatform()
  const out = await temporaryDirectory()
  await writeFiles(out, { 'old/stale.js': 'stale', 'main.js': 'overwritten', 'copied.txt': 'overwritten' })
  const root = await viteProject(`build: { ssr: 'src/main.js', outDir: '${out}' }, plugins: [bytenite()]`)
  const output = await runSuccessfully('node', [vite, 'build'], {
    cwd: root,
    env: platform.env,
    warnings: /outDir|outside|will not be emptied|did not write:/i,
  })
  expect(output).toContain('Packed files that this build did not write: old/stale.js.')
  expect(Object.keys(await platform.extract(await readRecord(out, 'bytenite.app.json')))).toContain('app/old/stale.js')
})

test('building twice without emptying the output gives the same archive, because nothing of ours is packed', async () => {
  const platform = await startPlatform()
  const root = await viteProject(`build: { ssr: 'src/main.js', emptyOutDir: false }, plugins: [bytenite({ archiveFile: 'dist/app.tar' })]`)
  await runSuccessfully('node', [vite, 'build'], { cwd: root, env: platform.env })
  const first = await readRecord(root)
  const output = await runSuccessfully('node', [vite, 'build'], { cwd: root, env: platform.env })
  expect(output).toMatch(
    /up to date vite-app@1\.0 \(revision 1, inactive, [\d.]+ s\): the platform already has this archive, so nothing was sent/,
  )
  expect(await readRecord(root)).toEqual(first)
  expect(await platform.uploads()).toEqual(['vite-app@1.0'])
})

test('envDir: false reads no .env files', async () => {
  const platform = await startPlatform()
  const root = await viteProject(`envDir: false, build: { ssr: 'src/main.js' }, plugins: [bytenite()]`)
  await writeFiles(root, { '.env': `BYTENITE_API_URL=${platform.apiUrl}\nBYTENITE_API_KEY=${platform.apiKey}\n` })
  const output = await runSuccessfully('node', [vite, 'build'], { cwd: root })
  expect(output).toContain('not published: no credentials')
  expect(await platform.uploads()).toEqual([])
})
