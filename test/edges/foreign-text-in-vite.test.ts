import { expect, test } from 'vitest'
import { startForeignPlatform, startRefusingPlatform } from '../helpers/foreign-platform.ts'
import { expectForeignIsPlain, foreign } from '../helpers/foreign-text.ts'
import { run, runSuccessfully } from '../helpers/process.ts'
import { vite } from '../helpers/programs.ts'
import { createProject, type Files } from '../helpers/project.ts'

const json = JSON.stringify

/** A Vite project whose plugin has these options, and whose config has more properties. */
function viteProject(options: string, config = '', files: Files = {}): Promise<string> {
  return createProject({
    'package.json': '{ "name": "vite-app", "version": "1.0.0", "type": "module" }',
    'src/main.js': 'console.log(1)\n',
    'vite.config.js': `import { bytenite } from 'vite-plugin-bytenite'
      export default { plugins: [bytenite({ ${options} })], ${config} }\n`,
    ...files,
  })
}

const entry = `entry: 'src/main.js'`

test('what a platform says about a publish, and what a project contains, is shown in lines of ours', async () => {
  // Vite copies these without naming them.
  const files = { [`public/.env${foreign}`]: '', [`public/${foreign}`]: '', 'manifest.json': json({ [foreign]: 1 }) }
  const root = await viteProject(`${entry}, record: ${json(`${foreign}.json`)}`, `publicDir: 'public'`, files)
  const output = await runSuccessfully('node', [vite, 'build'], { cwd: root, env: await startForeignPlatform(), warnings: /warning: / })
  expect(output).toMatch(/^\[bytenite\] published vite-app@1\.0 \(revision begin.*, begin.*, [\d.]+ s\)$/m)
  expect(output).toMatch(/^\[bytenite\] record in begin.*\.json$/m)
  expect(output.match(/^\[bytenite\] warning: .*begin/gm)).toHaveLength(2)
  expectForeignIsPlain(output)
})

test.each([
  ['fails the build', '', 1],
  ['is a warning', `onError: 'warn'`, 0],
])('a refusal that %s is shown in lines of ours', async (_, options, expected) => {
  const root = await viteProject(`${entry}, ${options}`)
  const { exitCode, stdout, stderr } = await run('node', [vite, 'build'], { cwd: root, env: await startRefusingPlatform() })
  expect(exitCode).toBe(expected)
  expect(stderr).toContain('REFUSED')
  expectForeignIsPlain(stdout + stderr)
})

test('an error of something else is shown in lines of ours', async () => {
  const manifest = `{ get description() { throw new TypeError(${json(foreign)}) } }`
  const root = await viteProject(`entry: 'src/main.py', manifest: ${manifest}`, '', { 'src/main.py': '' })
  const { exitCode, stdout, stderr } = await run('node', [vite, 'build'], { cwd: root, env: await startForeignPlatform() })
  expect(exitCode).toBe(1)
  expectForeignIsPlain(stdout + stderr)
})

test('an entry that is missing is named in lines of ours', async () => {
  const root = await viteProject(`entry: ${json(`src/${foreign}.py`)}`)
  const { exitCode, stdout, stderr } = await run('node', [vite, 'build'], { cwd: root })
  expect(exitCode).toBe(1)
  expect(stdout + stderr).toMatch(/The option "entry" names src\/begin.*, which does not exist/)
  expectForeignIsPlain(stdout + stderr)
})

test('an environment that is missing is named in lines of ours', async () => {
  const root = await viteProject(`environments: [${json(foreign)}]`)
  const { exitCode, stdout, stderr } = await run('node', [vite, 'build'], { cwd: root })
  expect(exitCode).toBe(1)
  expect(stdout + stderr).toMatch(/The option "environments" names "begin.*"; this project has client\./)
  expectForeignIsPlain(stdout + stderr)
})
