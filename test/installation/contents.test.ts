import { expect, test } from 'vitest'
import { run, runSuccessfully } from '../helpers/process.ts'
import { tsc } from '../helpers/programs.ts'
import { repository, writeFiles } from '../helpers/project.ts'
import { packPackages } from '../helpers/tarballs.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { createNewcomer } from './newcomer.ts'

test('the declarations that are installed are right by themselves', { timeout: 400_000 }, async () => {
  const { home, run: npm } = await createNewcomer('npm')
  await writeFiles(home, {
    'package.json': JSON.stringify({
      type: 'module',
      devDependencies: {
        '@types/node': '^20.19.0',
        'bytenite-local': 'latest',
        'bytenite-uploader': 'latest',
        'create-bytenite-app': 'latest',
        rollup: '^4.68.0',
        'rollup-plugin-bytenite': 'latest',
        typescript: '~5.9.3',
        vite: '^8.3.0',
        'vite-plugin-bytenite': 'latest',
      },
    }),
    // The declarations of the packages are checked too.
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        module: 'nodenext',
        target: 'es2023',
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        types: ['node'],
      },
      include: ['*.ts', '*.cts'],
    }),
    'vite.config.ts': `import { defineConfig } from 'vite'
      import { bytenite } from 'vite-plugin-bytenite'
      export default defineConfig({ plugins: [bytenite({ entry: 'src/main.ts' })] })`,
    'vite.config.cts': `import { bytenite } from 'vite-plugin-bytenite'
      import { bytenite as rollupPlugin, type ByteNiteOptions } from 'rollup-plugin-bytenite'
      import { publishOutput, type PublishResult } from 'bytenite-uploader'
      const options: ByteNiteOptions = { publish: 'auto' }
      const publish = (): Promise<PublishResult | undefined> => publishOutput({ directory: 'dist' })
      export = { plugins: [bytenite({ entry: 'src/main.ts' }), rollupPlugin(options)], publish }`,
    'rollup.config.ts': `import type { RollupOptions } from 'rollup'
      import { bytenite, nodeWorker } from 'rollup-plugin-bytenite'
      export default { ...nodeWorker('src/main.js'), plugins: [bytenite({ publish: 'auto', exclude: undefined })] } satisfies RollupOptions`,
    'api.ts': `import { createClient, defineManifest, isByteNiteError, publish } from 'bytenite-uploader'
      import type { AppRecord } from 'bytenite-uploader/wire'
      import { createLocalPlatform } from 'bytenite-local'
      import { create } from 'create-bytenite-app'
      export const use: unknown[] = [createClient, defineManifest, isByteNiteError, publish, createLocalPlatform, create]
      export const record: AppRecord = { name: 'a' }`,
  })
  await npm(home, ['install'])
  expect((await run('node', tsc, { cwd: home })).stdout).toBe('')
})

test('the packages hold what they need and nothing else', async () => {
  const packed = await packPackages(await temporaryDirectory())
  for (const [name, file] of Object.entries(packed)) {
    const listed = await runSuccessfully('tar', ['-tzf', file.replace('file:', '')], { cwd: repository, warnings: /\/warn\./ })
    const paths = listed
      .trim()
      .split('\n')
      .map((path) => path.replace('package/', ''))
    const expected =
      /^(?:dist\/(?:[\w-]+\/)*[\w-]+\.(?:c?js(?:\.map)?|d\.c?ts)|bin\/[\w-]+\.js|browser\/(?:style\.css|icon\.svg)|docs\/[\w-]+\.md|templates\/.+|package\.json|manifest\.schema\.json|README\.md|LICENSE)$/
    expect(
      paths.filter((path) => !expected.test(path)),
      name,
    ).toEqual([])
    expect(paths, name).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist/index.d.ts', 'dist/index.js']))
    expect(
      paths.filter((path) => /node_modules|\.env|\/dist\/.*\/dist\/|\/results\//.test(path)),
      name,
    ).toEqual([])
  }
})
