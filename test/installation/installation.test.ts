import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startPlatform } from '../helpers/platform.ts'
import { runSuccessfully } from '../helpers/process.ts'
import { readFiles, repository, writeFiles } from '../helpers/project.ts'
import { packPackages } from '../helpers/tarballs.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const packages = ['core', 'rollup', 'vite', 'local']

test('the packed packages install in an empty directory, type-check, build, publish and run there', async () => {
  const installed = await packPackages(await temporaryDirectory())
  const root = await temporaryDirectory()
  await writeFiles(root, {
    'package.json': JSON.stringify({
      name: 'installed-app',
      version: '1.0.0',
      type: 'module',
      devDependencies: {
        ...installed,
        '@types/node': '^20.19.0',
        rollup: '^4.68.0',
        typescript: '~5.9.3',
        vite: '^8.3.0',
      },
      // Each package finds the others by name, so every name has to lead to its tarball.
      overrides: Object.fromEntries(Object.keys(installed).map((name) => [name, `$${name}`])),
    }),
    'tsconfig.json': JSON.stringify({
      compilerOptions: { module: 'nodenext', target: 'es2023', strict: true, exactOptionalPropertyTypes: true, noEmit: true, types: ['node'] },
      include: ['*.ts', 'src'],
    }),
    'src/main.ts': `import { writeFileSync } from 'node:fs'\nwriteFileSync(process.env['TASK_RESULTS_DIR'] + '/ok', 'done')\n`,
    'vite.config.ts': `import { defineConfig } from 'vite'
      import { bytenite } from 'vite-plugin-bytenite'
      export default defineConfig({ plugins: [bytenite({ entry: 'src/main.ts' })] })`,
    'rollup.config.ts': `import type { RollupOptions } from 'rollup'
      import { bytenite } from 'rollup-plugin-bytenite'
      export default { plugins: [bytenite({ publish: 'auto', exclude: undefined })] } satisfies RollupOptions`,
    'api.ts': `import { createClient, isByteNiteError, publish } from 'bytenite-uploader'
      import type { AppRecord } from 'bytenite-uploader/wire'
      import { createLocalPlatform } from 'bytenite-local'
      export const use: unknown[] = [createClient, isByteNiteError, publish, createLocalPlatform]
      export const record: AppRecord = { name: 'a' }`,
  })
  await runSuccessfully('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: root, warnings: /^npm warn/ })
  // The shipped declarations are checked too, as skipLibCheck is off, but not those of others.
  const checked = await runSuccessfully('npx', ['tsc'], { cwd: root, warnings: /^npm warn/ })
  expect(checked.replace(/^npm warn.*$/gm, '').trim()).toBe('')

  const platform = await startPlatform()
  await runSuccessfully('npm', ['exec', 'vite', 'build'], { cwd: root, env: platform.env, warnings: /^npm warn/ })
  expect(JSON.parse(await readFile(join(root, 'dist/bytenite.app.json'), 'utf8'))).toMatchObject({ name: 'installed-app' })
  const flags = ['installed-app', '--out', 'results']
  await runSuccessfully('npm', ['exec', '--', 'bytenite-local', 'run', ...flags], { cwd: root, env: platform.env, warnings: /^npm warn/ })
  expect(await readFiles(join(root, 'results'))).toEqual({ ok: Buffer.from('done') })
})

test('a package holds its build and nothing else', async () => {
  for (const name of packages) {
    const output = await runSuccessfully('npx', ['-y', 'pnpm@10.34.9', 'pack', '--json', '--pack-destination', await temporaryDirectory()], {
      cwd: join(repository, 'packages', name),
      warnings: /^npm warn/,
    })
    const { files } = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1)) as { files: { path: string }[] }
    expect(files.map(({ path }) => path).filter((path) => !/^(?:dist\/(?:[\w-]+\/)?[\w-]+\.(?:js|d\.ts)|bin\/[\w-]+\.js|package\.json|manifest\.schema\.json|README\.md|LICENSE)$/.test(path))).toEqual([])
  }
})
