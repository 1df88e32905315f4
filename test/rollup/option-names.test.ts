import { join } from 'node:path'
import { bytenite as rollupPlugin } from 'rollup-plugin-bytenite'
import { createLifecycle } from 'rollup-plugin-bytenite/lifecycle'
import { bytenite as vitePlugin } from 'vite-plugin-bytenite'
import { expect, test } from 'vitest'
import { run } from '../helpers/process.ts'
import { rollup, vite } from '../helpers/programs.ts'
import { createProject, readFiles } from '../helpers/project.ts'

type Plugin = (options: object) => unknown

const plugins: [string, Plugin][] = [
  ['rollup-plugin-bytenite', rollupPlugin as Plugin],
  ['vite-plugin-bytenite', vitePlugin as Plugin],
  ['a plugin of somebody else', (options) => createLifecycle('other', options, { environment: () => ({}) as never })],
]

test.each(plugins)('%s refuses unknown options before anything is built', (_, plugin) => {
  expect(() => plugin({ exlude: '**/*.key' })).toThrow('Unknown option "exlude".\nDid you mean "exclude"?')
  expect(() => plugin({ onerror: 'warn' })).toThrow('Did you mean "onError"?')
  expect(() => plugin({ manifest: { entryPoint: 'x' } })).toThrow(
    'Unknown option "manifest.entryPoint".\nDid you mean "manifest.entrypoint"?',
  )
  expect(() => plugin({ timeout: { idel: 1 } })).toThrow('Did you mean "timeout.idle"?')
  // Options of publish() that a build answers itself.
  expect(() => plugin({ directory: 'dist' })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  expect(() => plugin('options' as never)).toThrow('The options must be an object.')
})

test('only the Vite plugin has an entry', () => {
  expect(() => vitePlugin({ entri: 'src/main.ts' } as object)).toThrow('Did you mean "entry"?')
  expect(() => rollupPlugin({ entry: 'src/main.ts' } as object)).toThrow('Unknown option "entry".')
})

test.each([rollup, [vite, 'build']])('%s stops at a misspelt option, and says which is meant', async (...command) => {
  const config = (name: string, rest: string) => `import { bytenite } from '${name}'
    export default { ${rest}, plugins: [bytenite({ recrod: false, publish: false })] }\n`
  const root = await createProject({
    'package.json': '{ "name": "misspelt", "version": "1.0.0", "type": "module" }',
    'src/main.js': 'console.log(1)\n',
    'rollup.config.js': config('rollup-plugin-bytenite', `input: 'src/main.js', output: { dir: 'dist' }`),
    'vite.config.js': config('vite-plugin-bytenite', `build: { ssr: 'src/main.js' }`),
  })
  const { exitCode, stdout, stderr } = await run('node', command, { cwd: root })
  expect(exitCode).toBe(1)
  expect(stdout + stderr).toContain('Unknown option "recrod"')
  expect(stdout + stderr).toMatch(/Did you mean "record"\?\n *See bytenite-uploader\/docs\/errors\.md#invalid_option\n/)
  expect(Object.keys(await readFiles(join(root, 'src')))).toEqual(['main.js'])
})
